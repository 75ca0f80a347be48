using LightMq.Cli.Sheet;

namespace LightMq.Cli.Files;

/// <summary>
/// The box's own users of its broker. Their passwords are random, made on the box, and known to nobody.
/// </summary>
/// <param name="Uplink">Password of the uplink.</param>
/// <param name="Agent">Password of the agent.</param>
/// <param name="Health">Password of the health check, which may do nothing but log in.</param>
internal sealed record LocalUsers(string Uplink, string Agent, string Health)
{
    /// <summary>User name of the uplink.</summary>
    public const string UplinkName = "lightmq-uplink";
    /// <summary>User name of the agent.</summary>
    public const string AgentName = "lightmq-agent";
    /// <summary>User name of the health check.</summary>
    public const string HealthName = "lightmq-health";

    private const int PasswordBytes = 18;

    /// <summary>Takes the passwords that there are, and makes those that are missing.</summary>
    /// <param name="read">Gives the first line of a file; null: there is none.</param>
    /// <param name="chance">Gives random bytes.</param>
    public static LocalUsers Of(Func<string, string?> read, RandomBytes chance) => new(
        read(PathOf("uplink-password")) ?? Make(chance), read(PathOf("agent-password")) ?? Make(chance),
        read(PathOf("health-password")) ?? Make(chance));

    /// <summary>Where a secret lies.</summary>
    public static string PathOf(string name) => "/etc/lightmq/secrets/" + name;

    /// <summary>Their files.</summary>
    public IEnumerable<BoxFile> Files =>
    [
        new(PathOf("uplink-password"), Uplink + "\n", Readers.Services),
        new(PathOf("agent-password"), Agent + "\n", Readers.Services),
        new(PathOf("health-password"), Health + "\n", Readers.Root),
    ];

    /// <summary>Hides the passwords.</summary>
    public override string ToString() => "local users";

    private static string Make(RandomBytes chance)
    {
        var bytes = new byte[PasswordBytes];
        chance(bytes);
        return Convert.ToBase64String(bytes);
    }
}
