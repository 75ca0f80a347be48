using System.Runtime.Versioning;
using Xunit.Sdk;
using Xunit.v3;

// Each test starts a box of its own, which takes all that the machine has: one at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: SupportedOSPlatform("linux")]
