using System.Text;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Lmq;

public sealed class ClientIdNameTests
{
    [Theory]
    [InlineData("GID_AAA@@@BBB001", "GID_AAA", "BBB001")]
    [InlineData("GID_a1Z@@@!~{}/+#@", "GID_a1Z", "!~{}/+#@")]
    [InlineData("GID_0123456789012345678901234567@@@d", "GID_0123456789012345678901234567", "d")]
    [InlineData("GID_AAA@@@@", null, null)]
    [InlineData("GID_AAA@@@a@@b", "GID_AAA", "a@@b")]
    public void Parts_stand_around_the_one_separator(string clientId, string? group, string? device)
    {
        var parsed = ClientIdName.TryParse(Encoding.UTF8.GetBytes(clientId), out var name);
        Assert.Equal(group is not null, parsed);
        Assert.Equal(group ?? "", Encoding.UTF8.GetString(name.Group));
        Assert.Equal(device ?? "", Encoding.UTF8.GetString(name.Device));
    }

    // LMQ-ID-1.
    [Theory]
    [InlineData("")]
    [InlineData("@@@")]
    [InlineData("GID_AAA")]
    [InlineData("GID_AAA@@BBB")]
    [InlineData("GID_AAA@@@")]
    [InlineData("@@@BBB")]
    [InlineData("GID_AAA@@@B@@@C")]
    [InlineData("GID_AAA@@@@B")]
    [InlineData("GID_AAA@@@B C")]
    [InlineData("GID_AAA@@@B\tC")]
    [InlineData("GID_AAA@@@B\u007f")]
    [InlineData("GID_AAA@@@é")]
    // LMQ-ID-2.
    [InlineData("GID_AA@@@B")]
    [InlineData("GID_01234567890123456789012345678@@@B")]
    [InlineData("gid_AAA@@@B")]
    [InlineData("GIDAAAA@@@B")]
    [InlineData("GID_A-A@@@B")]
    [InlineData("GID_A_A@@@B")]
    public void Ill_formed_ids_are_refused(string clientId) =>
        Assert.False(ClientIdName.TryParse(Encoding.UTF8.GetBytes(clientId), out _));

    [Fact]
    public void Sixty_four_characters_are_the_most()
    {
        var longest = Encoding.ASCII.GetBytes("GID_AAA@@@" + new string('d', 54));
        Assert.Equal(64, longest.Length);
        Assert.True(ClientIdName.TryParse(longest, out _));
        Assert.False(ClientIdName.TryParse([.. longest, (byte)'d'], out _));
    }

    [Fact]
    public void Every_visible_character_is_allowed_and_no_other()
    {
        for (var character = 0; character < 256; character++)
        {
            byte[] id = [.. "GID_AAA@@@d"u8, (byte)character];
            Assert.Equal(character is >= 0x21 and <= 0x7E, ClientIdName.TryParse(id, out _));
        }
    }
}
