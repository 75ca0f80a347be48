using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace LightMq.Appliance;

/// <summary>The place of a test among those of its class, which all use one box.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class StepAttribute(int number) : Attribute
{
    public int Number => number;
}

/// <summary>Runs the tests of a class in the order of their steps.</summary>
internal sealed class StepOrder : ITestMethodOrderer
{
    public IReadOnlyCollection<TTestMethod?> OrderTestMethods<TTestMethod>(
        IReadOnlyCollection<TTestMethod?> testMethods)
        where TTestMethod : notnull, ITestMethod => [.. testMethods.OrderBy(static one => NumberOf(one))];

    private static int NumberOf(ITestMethod? one) =>
        (one as IXunitTestMethod)?.Method.GetCustomAttribute<StepAttribute>()?.Number ?? 0;
}
