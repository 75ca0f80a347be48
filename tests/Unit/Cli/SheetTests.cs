using System.Text;
using LightMq.Cli.Sheet;
using Xunit;

namespace LightMq.Unit.Cli;

/// <summary>What people's editors make of a few lines.</summary>
public sealed class SheetTests
{
    [Theory]
    [InlineData("group = GID_plant")]
    [InlineData("GROUP=GID_plant")]
    [InlineData("  Group\t=\tGID_plant  ")]
    [InlineData("group : GID_plant")]
    [InlineData("group\tGID_plant")]
    [InlineData("group = \"GID_plant\"")]
    [InlineData("group = 'GID_plant'")]
    [InlineData("group = “GID_plant”")]
    [InlineData("group = „GID_plant“")]
    [InlineData("group\u00A0=\u00A0GID_plant\u00A0")]
    [InlineData("group = GID_plant\u200B")]
    [InlineData("group ＝ GID_plant")]
    [InlineData("group = GID_plant   # the group")]
    [InlineData("group = \"GID_plant\"   # the group")]
    [InlineData("Group Id = GID_plant")]
    public void One_meaning_is_taken_however_it_is_written(string line)
    {
        var mistakes = new List<Mistake>();
        var sheet = SheetReader.Read(line, mistakes);
        Assert.Empty(mistakes);
        Assert.Equal("GID_plant", sheet.Find("group")!.Value);
    }

    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16BE", false)]
    [InlineData("latin1", false)]
    public void Any_encoding_and_any_line_end_is_read(string name, bool hasMark)
    {
        var encoding = Encoding.GetEncoding(name);
        foreach (var end in (string[])["\n", "\r\n", "\r"])
        {
            var text = $"group = GID_plant{end}# umlauts{end}wifi = Müller{end}{end}device = g7";
            byte[] bytes = [.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];
            var mistakes = new List<Mistake>();
            var sheet = SheetReader.Read(SheetText.Read(bytes, out var complaint)!, mistakes);
            Assert.Null(complaint);
            Assert.Empty(mistakes);
            Assert.Equal(["GID_plant", "Müller", "g7"], sheet.Entries.Select(entry => entry.Value));
            Assert.Equal([1, 3, 5], sheet.Entries.Select(entry => entry.Line));
        }
    }

    [Fact]
    public void The_quotation_marks_of_an_old_Windows_are_taken()
    {
        byte[] bytes = [.. "wifi = \u0093Plant floor\u0094".Select(letter => (byte)letter)];
        Assert.Equal("Plant floor",
            SheetReader.Read(SheetText.Read(bytes, out _)!, []).Find("wifi")!.Value);
    }

    [Theory]
    [InlineData("{\\rtf1\\ansi group = GID_plant}", "rich text")]
    [InlineData("PK\u0003\u0004rest", "word processor")]
    public void What_is_no_plain_text_is_told_so(string text, string word)
    {
        Assert.Null(SheetText.Read(Encoding.UTF8.GetBytes(text), out var complaint));
        Assert.Contains(word, complaint);
    }

    [Theory]
    [InlineData("groop = GID_plant", "'group'")]
    [InlineData("wifipasword = 12345678", "'wifi-password'")]
    [InlineData("acess_key = 12345678", "'access-key'")]
    [InlineData("temperature = 5", "lightmq-sample.txt")]
    [InlineData("just words", "no =")]
    [InlineData("[network]", "no sections")]
    [InlineData("wifi-password = 12345678", "below a line 'wifi = ...'")]
    [InlineData("group = \"GID_plant", "quotation mark")]
    [InlineData("-----BEGIN CERTIFICATE-----", "central-ca =")]
    [InlineData("secret-key = a # b", "spaces around it")]
    [InlineData("group = GID\u0007_plant", "cannot be seen")]
    public void What_could_mean_anything_is_a_mistake_with_its_line(string line, string words)
    {
        var mistakes = new List<Mistake>();
        SheetReader.Read("# first\n\n" + line, mistakes);
        var mistake = Assert.Single(mistakes);
        Assert.Equal(3, mistake.Line);
        Assert.Contains(words, mistake.Text);
    }

    [Fact]
    public void No_mistake_shows_what_may_be_a_secret()
    {
        foreach (var line in (string[])[
            "hunter22", "secret-key hunter22", "secret-key = \"hunter22", "secret-key = hunter22 # x",
            "user = a\npassword = hunter2", "wifi = a\nwifi-password = hunter2", "admin-password = hunter2",
            "secret-key = hunter22\nsecret-key = hunter23"])
        {
            var mistakes = BoxRig.MistakesOf(line);
            Assert.NotEmpty(mistakes);
            Assert.DoesNotContain(mistakes, mistake => mistake.Text.Contains("hunter"));
        }
    }

    [Fact]
    public void A_key_that_stands_twice_with_other_values_is_a_mistake_that_names_both_lines()
    {
        var mistake = Assert.Single(BoxRig.MistakesOf("hostname = a\nhostname = a\n\nhostname = b"));
        Assert.Equal(4, mistake.Line);
        Assert.Contains("line 1", mistake.Text);
    }

    [Fact]
    public void What_belongs_to_something_stands_below_it()
    {
        var sheet = SheetReader.Read(
            "wifi = a\nwifi-password = one\nuser = u\npassword = 12345678\nwifi = b\nwifi-password = two", []);
        Assert.Equal(["one", "two"], sheet.All("wifi").Select(wifi => sheet.Find("wifi-password", wifi)!.Value));
    }

    [Fact]
    public void The_kept_sheet_reads_as_the_same_sheet()
    {
        var sheet = SheetReader.Read("""
            wifi = "with "marks" # in it"
            wifi-password = ' two  spaces '
            secret-key = "it's"
            central-ca =
            -----BEGIN CERTIFICATE-----
            AAAA
            -----END CERTIFICATE-----
            -----BEGIN CERTIFICATE-----
            BBBB
            -----END CERTIFICATE-----
            group = GID_plant
            """, []);
        var again = SheetReader.Read(sheet.ToText(), []);
        Assert.Equal(sheet.Entries.Select(entry => (entry.Key.Name, entry.Value)).Order(),
            again.Entries.Select(entry => (entry.Key.Name, entry.Value)).Order());
        Assert.Equal(sheet.ToText(), again.ToText());
        Assert.Equal(" two  spaces ", again.Find("wifi-password", again.Find("wifi"))!.Value);
    }

    [Fact]
    public void Random_bytes_are_read_or_refused_and_nothing_else()
    {
        var chance = new Random(6);
        var sample = Encoding.UTF8.GetBytes(BoxRig.Gateway);
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = i % 2 == 0 ? new byte[chance.Next(300)] : [.. sample];
            if (i % 2 == 0) chance.NextBytes(bytes);
            else for (var j = 0; j < 4; j++) bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
            var mistakes = new List<Mistake>();
            if (SheetText.Read(bytes, out _) is { } text)
                LightMq.Cli.Settings.BoxReader.Read(SheetReader.Read(text, mistakes), "/nowhere", mistakes);
            Assert.All(mistakes, mistake => Assert.DoesNotContain('\n', mistake.Text));
        }
    }
}
