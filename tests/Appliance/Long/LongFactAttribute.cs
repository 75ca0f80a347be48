using System.Runtime.CompilerServices;
using Xunit;

namespace LightMq.Appliance.Long;

/// <summary>A test that takes long: `./build.sh test-image --long` runs it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        if (!IsAsked) Skip = "it takes long: ./build.sh test-image --long";
    }

    /// <summary>Whether long tests are wanted.</summary>
    public static bool IsAsked => Environment.GetEnvironmentVariable("LIGHTMQ_LONG") is { Length: > 0 };
}
