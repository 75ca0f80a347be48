using System.Runtime.Versioning;
using Xunit.Sdk;
using Xunit.v3;

// Each test starts brokers of its own and some measure time: one at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: SupportedOSPlatform("linux")]
