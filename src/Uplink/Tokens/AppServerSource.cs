using System.Net;
using System.Text.Json;
using LightMq.Lmq;
using LightMq.Service;

namespace LightMq.Uplink.Tokens;

/// <summary>
/// The owner's app server, asked with the device's own key. It gets to know the key by an enrolment code,
/// which serves once.
/// </summary>
/// <param name="http">Does the asking.</param>
/// <param name="address">The server, with what comes before <c>/device</c>.</param>
/// <param name="clientId">The gateway's client id.</param>
/// <param name="directory">State directory: key and mark of the enrolment.</param>
/// <param name="codeFile">File whose text is the enrolment code; empty: none.</param>
/// <param name="now">The time.</param>
/// <param name="time">Measures the time an answer may take.</param>
internal sealed class AppServerSource(
    HttpClient http, Uri address, string clientId, string directory, string codeFile,
    Func<DateTimeOffset> now, TimeProvider time) : ITokenSource
{
    private const int AnswerBytesMax = TokenVerifier.TokenBytesMax + 4_096;
    private const int NonceBytes = 16;
    private static readonly TimeSpan AnswerTimeMax = TimeSpan.FromSeconds(10);
    private readonly string _root = address.GetLeftPart(UriPartial.Path).TrimEnd('/');
    private readonly string _enrolledFile = Path.Combine(directory, "enrolled");
    private TimeSpan _clockIsBehind;

    /// <inheritdoc/>
    public string Name => $"app server {address.Host}";

    /// <inheritdoc/>
    public TimeSpan? LookEvery => null;

    /// <inheritdoc/>
    public async Task<string> FetchAsync(CancellationToken cancel)
    {
        using var key = DeviceKey.Open(Path.Combine(directory, "device.pem"));
        if (PrivateFile.ReadText(_enrolledFile) != address.ToString()) await EnrolAsync(key, cancel);
        for (var attempt = 0; ; attempt++)
        {
            var (status, answer) = await AskAsync("/device/token", TokenRequest(key), cancel);
            using var json = answer;
            if (status == HttpStatusCode.OK && Text(json, "token") is { } token && TokenForm.IsRight(token))
                return token;
            // A board whose clock is wrong is told the time, and signs again with it.
            if (status != HttpStatusCode.OK && attempt == 0 && Number(json, "time") is { } milliseconds
                && milliseconds is >= 0 and <= TokenGrant.MillisecondsMax)
            {
                _clockIsBehind = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) - now();
                continue;
            }
            throw new TokenSourceError($"/device/token: {Complaint(status, json)}");
        }
    }

    private async Task EnrolAsync(DeviceKey key, CancellationToken cancel)
    {
        var code = codeFile.Length == 0 ? null : PrivateFile.ReadText(codeFile);
        if (string.IsNullOrEmpty(code))
            throw new TokenSourceError("this device is not enrolled, and there is no enrolment code");
        var body = Json(writer =>
        {
            writer.WriteString("code"u8, code);
            writer.WriteString("clientId"u8, clientId);
            writer.WriteString("publicKey"u8, key.PublicPem);
        });
        var (status, answer) = await AskAsync("/device/enrol", body, cancel);
        using var json = answer;
        if (status != HttpStatusCode.OK)
            throw new TokenSourceError($"/device/enrol: {Complaint(status, json)}");
        PrivateFile.Write(_enrolledFile, System.Text.Encoding.UTF8.GetBytes(address.ToString()));
    }

    private byte[] TokenRequest(DeviceKey key)
    {
        var milliseconds = (now() + _clockIsBehind).ToUnixTimeMilliseconds();
        var random = new byte[NonceBytes];
        Chance.Fill(random);
        var nonce = Convert.ToHexStringLower(random);
        return Json(writer =>
        {
            writer.WriteString("clientId"u8, clientId);
            writer.WriteNumber("time"u8, milliseconds);
            writer.WriteString("nonce"u8, nonce);
            writer.WriteString("signature"u8, key.Sign(clientId, milliseconds, nonce));
        });
    }

    private async Task<(HttpStatusCode Status, JsonDocument? Answer)> AskAsync(
        string path, byte[] body, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(AnswerTimeMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        try
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, _root + path) { Content = content };
            using var response = await http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var bytes = new byte[AnswerBytesMax];
            await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
            var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, false, either.Token);
            return (response.StatusCode, Parse(bytes.AsMemory(0, read)));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TokenSourceError($"no answer within {AnswerTimeMax.TotalSeconds:F0} s");
        }
        catch (Exception wrong) when (wrong is HttpRequestException or IOException)
        {
            throw new TokenSourceError($"it cannot be asked: {wrong.Message}");
        }
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object) return json;
            json.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonDocument? json, string name) =>
        json is not null && json.RootElement.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonDocument? json, string name) =>
        json is not null && json.RootElement.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static string Complaint(HttpStatusCode status, JsonDocument? json) =>
        (Text(json, "error") ?? Text(json, "message")) is { } message
            ? $"HTTP status {(int)status}, {AuthServerSource.OneLine(message)}"
            : $"HTTP status {(int)status} without a token";

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
