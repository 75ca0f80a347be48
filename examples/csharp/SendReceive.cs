namespace LightMq.Examples;

/// <summary>Sends a message and receives it.</summary>
internal static class SendReceive
{
    public static async Task Run()
    {
        var (client, messages) = await Lmq.Connect("hello");
        await client.Subscribe("plant/hello");
        await client.Publish("plant/hello", "hello");
        await messages.Print();
        await client.DisconnectAsync(new());
    }
}
