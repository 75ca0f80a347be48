using System.Runtime.Versioning;
using Xunit.Sdk;
using Xunit.v3;

// Each class boots a container of its own: one at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: SupportedOSPlatform("linux")]
