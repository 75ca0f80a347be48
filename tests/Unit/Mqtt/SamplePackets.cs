using LightMq.Mqtt;
using LightMq.Tests;

namespace LightMq.Unit.Mqtt;

/// <summary>One good packet of every kind, of each version; servers' ones among them.</summary>
internal static class SamplePackets
{
    public static readonly byte[][] V500 = [.. new[]
    {
        """10 ["MQTT" 05 ee 00 3c [11 00 00 00 05 21 00 0a 17 00 15 "m" 16 "d" 26 "k" "v"] "client" """
            + """[18 00 00 00 01 01 01 26 "k" "v"] "will/topic" "gone" "user" "secret"]""",
        """20 [01 00 [21 00 0a 22 00 05 27 00 01 00 00 12 "id" 1f "why" 13 00 3c 24 01]]""",
        """30 ["plant/line/7" [] 'hello']""",
        """3d ["a/漢字" 00 07 [01 01 02 00 00 00 3c 03 "json" 08 "r/t" 09 "id" 23 00 05 26 "k" "v"] 'hello']""",
        """32 ["" 00 01 [26 "k" "v" 23 00 01 26 "a" "b"] 61*200]""",
        """30 ["t" [0b 07 26 "k" "v" 0b ff 01] 'x']""",
        "40 [00 01]", "40 [00 01 10]", """50 [00 01 97 [1f "why" 26 "k" "v"]]""", "62 [00 01 92 []]",
        """70 [00 01 00 [1f "why"]]""",
        """82 [00 01 [0b 80 01 26 "k" "v"] "a/+/b" 2c "#" 01 "$share/g/+" 12]""",
        """90 [00 01 [1f "why"] 00 01 02 80 9e]""",
        """a2 [00 01 [26 "k" "v"] "a/+/b" "$share/g/#"]""",
        """b0 [00 01 [26 "k" "v"] 00 11]""",
        "c0 00", "d0 00", "e0 00", """e0 [04 [11 00 00 00 05 1f "bye" 26 "k" "v"]]""",
        """f0 [18 [15 "m" 16 "d"]]""",
    }.Select(PacketText.Bytes)];

    public static readonly byte[][] V311 = [.. new[]
    {
        """10 ["MQTT" 04 ee 00 3c "client" "will/topic" "gone" "user" "secret"]""",
        """10 ["MQTT" 04 02 00 3c "a"]""",
        "20 [01 00]",
        """30 ["plant/line/7" 'hello']""",
        """3d ["a/漢字" 00 07 'hello']""",
        """32 ["t" 01 00 61*200]""",
        "40 [00 01]", "50 [00 01]", "62 [00 01]", "70 [00 01]", "b0 [00 01]",
        """82 [00 01 "a/+/b" 00 "#" 01 "+" 02]""",
        "90 [00 01 00 01 02 80]",
        """a2 [00 01 "a/+/b" "#"]""",
        "c0 00", "d0 00", "e0 00",
    }.Select(PacketText.Bytes)];

    public static readonly byte[][] V310 = [.. new[]
    {
        """10 ["MQIsdp" 03 ee 00 3c "client" "will/topic" "gone" "user" "secret"]""",
        """10 ["MQIsdp" 03 c2 00 3c "client" "user"]""",
        """3d ["a/漢字" 00 07 'hello']""",
        """32 ["t" 01 00 61*200]""",
        "40 [00 01]", "5f [00 01]", "6a [00 01]", "70 [00 01]", "b0 [00 01]",
        """8a [00 01 "a/+/b" 00 "#" 01 "+" 02]""",
        """aa [00 01 "a/+/b" "#"]""",
        "c5 00", "d0 00", "e1 00",
    }.Select(PacketText.Bytes)];

    public static byte[][] Of(ProtocolVersion version) => version switch
    {
        ProtocolVersion.V500 => V500,
        ProtocolVersion.V310 => V310,
        _ => V311,
    };
}
