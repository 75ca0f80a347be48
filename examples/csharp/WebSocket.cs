namespace LightMq.Examples;

/// <summary>Sends and receives over a WebSocket.</summary>
internal static class WebSocket
{
    public static async Task Run()
    {
        var (client, messages) = await Lmq.Connect(Lmq.Client("websocket")
            .WithWebSocketServer(server => server.WithUri($"ws://{Lmq.Host}:{Lmq.Port(8080)}/mqtt")));
        await client.Subscribe("plant/websocket");
        await client.Publish("plant/websocket", "hello");
        await messages.Print();
        await client.DisconnectAsync(new());
    }
}
