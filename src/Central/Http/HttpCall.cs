using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace LightMq.Central.Http;

/// <summary>A request and its answer, as the APIs see them.</summary>
/// <param name="context">Kestrel's.</param>
/// <param name="stopping">Ends what waits when the process stops.</param>
internal sealed class HttpCall(HttpContext context, CancellationToken stopping)
{
    private const int SegmentsMax = 16;

    /// <summary>The path's parts, unescaped.</summary>
    public string[] Path { get; } = Split(context.Request.Path.Value ?? "");

    /// <summary>GET, POST …</summary>
    public string Method => context.Request.Method;

    /// <summary>The query without its question mark, as it was sent.</summary>
    public string Query => context.Request.QueryString.Value is { Length: > 0 } query ? query[1..] : "";

    /// <summary>Address of who asks, without its port.</summary>
    public string Address => context.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    /// <summary>Media type of the body.</summary>
    public string ContentType => context.Request.ContentType ?? "";

    /// <summary>Who asks has gone, or the process stops.</summary>
    public CancellationToken Gone => context.RequestAborted;

    /// <summary>The process stops.</summary>
    public CancellationToken Stopping => stopping;

    /// <summary>Reads the body.</summary>
    /// <exception cref="HttpRefusal">It is longer than <paramref name="bytesMax"/>.</exception>
    public async Task<byte[]> ReadAsync(int bytesMax)
    {
        if (context.Request.ContentLength > bytesMax) throw TooLong(bytesMax);
        var body = new byte[Math.Min(context.Request.ContentLength ?? 4_096, bytesMax) + 1];
        var length = 0;
        while (true)
        {
            if (length == body.Length)
                Array.Resize(ref body, (int)Math.Min(body.Length * 2L, bytesMax + 1L));
            var count = await context.Request.Body.ReadAsync(body.AsMemory(length), Gone);
            length += count;
            if (length > bytesMax) throw TooLong(bytesMax);
            if (count == 0) return body[..length];
        }
    }

    /// <summary>Reads a body of JSON, strictly.</summary>
    /// <exception cref="HttpRefusal">It is too long, or not as it must be.</exception>
    public async Task<T> ReadJsonAsync<T>(int bytesMax, JsonTypeInfo<T> type)
    {
        var body = await ReadAsync(bytesMax);
        try
        {
            return JsonSerializer.Deserialize(body, type)
                ?? throw new HttpRefusal(400, "the body is null; it takes an object");
        }
        // Its own message may show a value.
        catch (JsonException wrong)
        {
            throw new HttpRefusal(400, wrong.Path is { Length: > 1 } path
                ? $"the body is not as it must be at {path}: a field that is unknown, twice or of "
                    + "another type"
                : "the body is not one JSON object");
        }
    }

    /// <summary>A number of the query.</summary>
    /// <exception cref="HttpRefusal">It is none, or beyond its bounds.</exception>
    public long Number(string name, long otherwise, long min, long max)
    {
        if (!context.Request.Query.TryGetValue(name, out var given)) return otherwise;
        var text = given.ToString();
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max
            ? number : throw HttpRefusal.Wrong(name, text, $"a whole number from {min} to {max}");
    }

    /// <summary>Answers with JSON.</summary>
    public Task WriteAsync<T>(int status, T body, JsonTypeInfo<T> type) =>
        WriteAsync(status, JsonSerializer.SerializeToUtf8Bytes(body, type));

    /// <summary>Answers with JSON that is written already.</summary>
    public async Task WriteAsync(int status, ReadOnlyMemory<byte> json)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(json, Gone);
    }

    /// <summary>Answers with nothing.</summary>
    public Task WriteEmptyAsync()
    {
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    /// <summary>Waits for a signal, but no longer than this.</summary>
    /// <returns>False: the time is over, or the process stops.</returns>
    /// <exception cref="OperationCanceledException">Who asks has gone.</exception>
    public async Task<bool> WaitAsync(Task signal, TimeSpan most, TimeProvider time)
    {
        try
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(Gone, stopping);
            await signal.WaitAsync(most, time, both.Token);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!Gone.IsCancellationRequested)
        {
            return false;
        }
    }

    private static HttpRefusal TooLong(int bytesMax) => new(413, $"the body is over {bytesMax} bytes");

    private static string[] Split(string path)
    {
        var parts = path.Split('/', SegmentsMax);
        // What Kestrel leaves escaped, so that it parts nothing.
        return [.. parts.Skip(1).Select(static part =>
            part.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase))];
    }
}
