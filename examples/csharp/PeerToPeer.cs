namespace LightMq.Examples;

/// <summary>Sends to one client by its id, which need not subscribe (LMQ-MSG-5).</summary>
internal static class PeerToPeer
{
    public static async Task Run()
    {
        var (receiver, messages) = await Lmq.Connect("receiver");
        var (sender, _) = await Lmq.Connect("sender");
        await sender.Publish("plant/p2p/GID_plant@@@receiver", "hello");
        await messages.Print();
        await sender.DisconnectAsync(new());
        await receiver.DisconnectAsync(new());
    }
}
