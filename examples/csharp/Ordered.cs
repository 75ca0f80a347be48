namespace LightMq.Examples;

/// <summary>
/// Has its messages numbered on ordered topics (LMQ-ORD-2): once per connection, before the first one.
/// </summary>
internal static class Ordered
{
    public static async Task Run()
    {
        var (client, _) = await Lmq.Connect("ordered");
        await client.Publish("$SYS/enableOrderMsg", """{"order":"true"}""");
        for (var i = 1; i <= 5; i++)
        {
            await client.Publish("orders/new", $"order {i}");
            Console.WriteLine($"accepted order {i}");
        }
        await client.DisconnectAsync(new());
    }
}
