using Xunit.Sdk;
using Xunit.v3;

// The broker's answers are timed: one test at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]
