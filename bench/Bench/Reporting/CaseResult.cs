using System.Text.Json.Serialization;

namespace LightMq.Bench.Reporting;

/// <summary>A figure that must hold.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="Limit">The bound.</param>
/// <param name="AtLeast">Whether the bound is a lower one.</param>
/// <param name="Unit">Of both.</param>
internal sealed record Gate(string Name, double Measured, double Limit, bool AtLeast, string Unit)
{
    [JsonIgnore]
    public bool Holds => AtLeast ? Measured >= Limit : Measured <= Limit;

    [JsonIgnore]
    public string Bound => $"{(AtLeast ? "≥" : "≤")} {Report.Short(Limit)} {Unit}";

    [JsonIgnore]
    public string Sentence => $"{Name}: {Report.Short(Measured)} {Unit}, must be {Bound}";
}

/// <summary>What one case found.</summary>
internal sealed record CaseResult(
    string Name, string Title, string Date, IReadOnlyList<string> Notes, IReadOnlyList<string> Header,
    IReadOnlyList<IReadOnlyList<string>> Rows, IReadOnlyList<Gate> Gates);

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(List<CaseResult>))]
internal sealed partial class ResultJson : JsonSerializerContext;
