using System.Text.Json;

namespace LightMq.Examples;

/// <summary>
/// Tells who of GID_plant is online, by the rule for readers of presence (LMQ-PRE-3, LMQ-PRE-4).
/// </summary>
internal static class Presence
{
    private static readonly Dictionary<string, Life> Lives = [];

    public static async Task Run()
    {
        var (client, messages) = await Lmq.Connect("watcher");
        await client.Subscribe("GID_plant_MQTT");
        await foreach (var message in messages.ReadAllAsync())
        {
            var got = JsonSerializer.Deserialize<Event>(message.Payload, JsonSerializerOptions.Web)!;
            if (!Lives.TryGetValue(got.ClientId, out var life)) Lives[got.ClientId] = life = new Life();
            var wasOnline = life.IsOnline;
            life.Note(got);
            if (life.IsOnline != wasOnline)
                Console.WriteLine($"{got.ClientId} {(wasOnline ? "offline" : "online")}");
            await message.Acknowledge();
        }
    }

    private sealed record Event(string ClientId, string EventType, string ChannelId, long EventIndex);

    /// <summary>A client's newest connect and newest end, by eventIndex.</summary>
    private sealed class Life
    {
        private Event? _came;
        private Event? _went;

        public bool IsOnline { get; private set; }

        public void Note(Event got)
        {
            if (got.EventType == "connect" && got.EventIndex > (_came?.EventIndex ?? 0))
            {
                _came = got;
                IsOnline = got.ChannelId != _went?.ChannelId; // its end may have come before it
            }
            else if (got.EventType != "connect" && got.EventIndex > (_went?.EventIndex ?? 0))
            {
                _went = got;
                if (got.ChannelId == _came?.ChannelId) IsOnline = false; // an older one's end does not count
            }
        }
    }
}
