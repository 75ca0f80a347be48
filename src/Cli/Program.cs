using LightMq.Cli;
using LightMq.Service;

// lightmq: what is done to a box, by its units as root or by a field engineer. Each command is in a folder of
// its own; CommandLine says which there are.
return ServiceProcess.Run("lightmq", () => CommandLine.Invoke(args, TimeProvider.System));
