namespace LightMq.Examples;

/// <summary>
/// Fetches what came while it was away, newest first, instead of waiting for it (LMQ-OFF-2).
/// </summary>
internal static class OfflinePull
{
    public static async Task Run()
    {
        var (away, _) = await Lmq.Connect("away", clean: false);
        await away.Subscribe("plant/away");
        await away.DisconnectAsync(new());

        var (sender, _) = await Lmq.Connect("sender");
        for (var i = 1; i <= 3; i++) await sender.Publish("plant/away", $"message {i}");
        await sender.DisconnectAsync(new());

        var (back, messages) = await Lmq.Connect("away", clean: false);
        await back.Publish("$SYS/getOfflineMsg", """{"pushOrder":"DESC","maxPushNum":30}""");
        for (var i = 1; i <= 3; i++) await messages.Print();
        await back.DisconnectAsync(new());
    }
}
