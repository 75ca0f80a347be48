using LightMq.Service.Configuration;

namespace LightMq.DeviceAgent.Settings;

/// <summary>Reads outputs, LEDs and the button.</summary>
internal static class GpioReader
{
    /// <summary>What a name may be: it becomes a level of a topic.</summary>
    public const string NameForm = "1 to 32 letters, digits, - and _";

    /// <summary>Whether it may be one.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= 32 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>A line, from the keys beside which it stands.</summary>
    public static LineSettings Line(SettingsSection section, bool isActiveLow = false)
    {
        if (!section.Has("Line")) throw section.Missing("Line", "the number of a line");
        return new LineSettings(section.Whole("Chip", 0, 0, 63), section.Whole("Line", 0, 0, 1_023),
            section.Switch("ActiveLow", isActiveLow));
    }

    /// <summary>What pulls a line.</summary>
    public static PullKind Pull(SettingsSection section, PullKind otherwise) =>
        section.Choice("Pull", otherwise, ("none", PullKind.None), ("up", PullKind.Up),
            ("down", PullKind.Down));

    /// <summary>An output.</summary>
    public static OutputSettings Output(SettingsSection section, string baseTopic)
    {
        var name = section.Text("Name", "", NameForm, IsName);
        var output = new OutputSettings
        {
            Name = name,
            Line = Line(section),
            IsSafeOn = section.Choice("Safe", false, ("off", false), ("on", true)),
            OnMax = TimeSpan.FromSeconds(section.Whole("OnSecondsMax", 0, 0, 604_800)),
            Contact = section.Choice("Contact", ContactKind.Broker, ("broker", ContactKind.Broker),
                ("central", ContactKind.Central)),
            ContactMax = TimeSpan.FromSeconds(section.Whole("ContactSecondsMax", 60, 0, 604_800)),
            Topic = SettingsReader.Topic(section, "Topic", $"{baseTopic}/output/{name}"),
        };
        if (output.IsSafeOn && output.OnMax > TimeSpan.Zero)
            throw section.Contradiction("OnSecondsMax", "makes no sense for an output that is on when safe");
        return output;
    }

    /// <summary>A status LED.</summary>
    public static LedSettings Led(SettingsSection section)
    {
        var name = section.Text("Led", "", "a name under /sys/class/leds, or nothing", static text =>
            text.Length <= 128 && text is not "." and not ".." && text.IndexOfAny(['/', '\0']) < 0);
        if (name.Length > 0 && section.Has("Line"))
            throw section.Contradiction("Led", "stands alone; or take Chip and Line");
        return new LedSettings(name, name.Length > 0 ? null : Line(section));
    }

    /// <summary>The button.</summary>
    public static ButtonSettings Button(SettingsSection section)
    {
        var button = new ButtonSettings(Line(section, isActiveLow: true), Pull(section, PullKind.Up));
        section.RefuseOthers();
        return button;
    }

    /// <summary>How long it is pressed.</summary>
    public static PressSettings Press(SettingsSection section)
    {
        var press = new PressSettings(
            TimeSpan.FromSeconds(section.Whole("IdentifySeconds", 3, 1, 60)),
            TimeSpan.FromSeconds(section.Whole("ResetSeconds", 10, 5, 120)),
            TimeSpan.FromSeconds(section.Whole("IdentifyForSeconds", 60, 1, 3_600)));
        if (press.Reset - press.Identify < TimeSpan.FromSeconds(4))
            throw section.Contradiction("ResetSeconds", "must be 4 s more than IdentifySeconds");
        section.RefuseOthers();
        return press;
    }
}
