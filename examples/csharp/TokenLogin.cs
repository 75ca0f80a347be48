using System.Text.Json;
using MQTTnet;

namespace LightMq.Examples;

/// <summary>
/// Logs in with a token instead of a password, and renews it when told (LMQ-AUTH-2, LMQ-TOK-6, LMQ-TOK-7).
/// </summary>
internal static class TokenLogin
{
    public static async Task Run()
    {
        var (client, messages) = await Lmq.Connect(Lmq.Client("token")
            .WithCredentials((string?)null).WithTcpServer(Lmq.Host, Lmq.Port(1883)));
        await Upload(client);
        await client.Subscribe("plant/token");
        await client.Publish("plant/token", "hello");
        await foreach (var message in messages.ReadAllAsync())
        {
            Console.WriteLine($"{message.Topic} {message.Payload}");
            if (message.Topic == "$SYS/tokenExpireNotice") await Upload(client);
            await message.Acknowledge();
        }
        Console.WriteLine("closed");
    }

    /// <summary>
    /// Ask your server for a token here; this one reads what it would answer from a file.
    /// </summary>
    private static async Task Upload(IMqttClient client)
    {
        var file = Lmq.Setting("LMQ_TOKEN_FILE", "artifacts/examples/token.txt");
        var token = (await File.ReadAllTextAsync(file)).Trim();
        // Back after its PUBACK: from now on the token counts.
        await client.Publish("$SYS/uploadToken", JsonSerializer.Serialize(new { token, type = "RW" }));
        Console.WriteLine("token taken");
    }
}
