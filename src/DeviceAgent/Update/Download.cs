using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using LightMq.Service;

namespace LightMq.DeviceAgent.Update;

/// <summary>A download that comes to nothing, and why, in words for the one who commanded it.</summary>
internal sealed class DownloadRefused(string message) : Exception(message);

/// <summary>
/// Fetches a bundle into a file. What breaks is tried again and goes on where it broke; what cannot become
/// right is refused at once.
/// </summary>
/// <param name="http">Follows no redirects by itself.</param>
/// <param name="bounds">Bounds.</param>
/// <param name="backoff">Waits between tries.</param>
/// <param name="time">The clock.</param>
internal sealed class Download(HttpClient http, DownloadBounds bounds, Backoff backoff, TimeProvider time)
{
    private const int RedirectsMax = 5, PieceBytes = 65_536, NoSpace = 28, OverQuota = 122;
    // A RAUC bundle is a squashfs with a signature behind.
    private static readonly byte[] Magic = "hsqs"u8.ToArray();

    private string _tag = "";
    private int _failures;

    /// <summary>Told, by the thread that downloads: bytes that are there, and all; -1: not known.</summary>
    public Action<long, long> Came { get; init; } = static (_, _) => { };

    /// <summary>Told, by the thread that downloads: why it is tried again.</summary>
    public Action<string> Broke { get; init; } = static _ => { };

    /// <summary>Fetches all of it.</summary>
    /// <param name="order">What.</param>
    /// <param name="path">Where to. What an earlier run left there is gone on with.</param>
    /// <param name="stop">Ends it; the part that is there stays.</param>
    /// <exception cref="DownloadRefused">It comes to nothing, and nothing is left of it.</exception>
    public async Task RunAsync(UpdateOrder order, string path, CancellationToken stop)
    {
        try
        {
            while (!await TryAsync(order, path, stop)) await Task.Delay(backoff.Next(), time, stop);
            await CheckAsync(order, path, stop);
        }
        catch (DownloadRefused)
        {
            File.Delete(path);
            throw;
        }
        catch (IOException full) when (full.HResult is NoSpace or OverQuota)
        {
            File.Delete(path);
            throw new DownloadRefused("the disk is full");
        }
    }

    // Whether it is whole now.
    private async Task<bool> TryAsync(UpdateOrder order, string path, CancellationToken stop)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 0);
        var had = file.Length;
        try
        {
            using var response = await AskAsync(order.Url, had, stop);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && had > 0)
            {
                if (response.Content.Headers.ContentRange?.Length == had) return true;
                // What is here is of another file.
                file.SetLength(0);
                return false;
            }
            var (from, all) = Begin(response, had);
            file.SetLength(from);
            file.Position = from;
            if (response.Headers.ETag is { IsWeak: false } tag) _tag = tag.ToString();
            await CopyAsync(response, file, all, stop);
            return true;
        }
        catch (Exception broken) when (IsTheNetworks(broken) && !stop.IsCancellationRequested)
        {
            if (file.Length > had)
            {
                _failures = 0;
                backoff.Reset();
            }
            if (++_failures >= bounds.TriesMax)
                throw new DownloadRefused($"it was tried {_failures} times in vain: {Reason(broken)}");
            Broke(Reason(broken));
            return false;
        }
    }

    private async Task<HttpResponseMessage> AskAsync(Uri url, long had, CancellationToken stop)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            if (had > 0) request.Headers.Range = new RangeHeaderValue(had, null);
            if (had > 0 && _tag.Length > 0) request.Headers.IfRange = RangeConditionHeaderValue.Parse(_tag);
            using var timer = new CancellationTokenSource(bounds.Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timer.Token);
            var response = await http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308)) return response;
            var to = response.Headers.Location;
            response.Dispose();
            if (to is null || redirects == RedirectsMax)
                throw new DownloadRefused("the server redirects in circles");
            url = new Uri(url, to);
            if (url.Scheme != Uri.UriSchemeHttps)
                throw new DownloadRefused($"the server redirects to {url.Scheme}, which is not safe");
        }
    }

    // Where what comes belongs, and the length of all of it; -1: not known.
    private (long From, long All) Begin(HttpResponseMessage response, long had)
    {
        var (status, content) = ((int)response.StatusCode, response.Content.Headers);
        if (status is 408 or 429 or >= 500) throw new HttpRequestException($"HTTP status {status}");
        if (status is not (200 or 206))
            throw new DownloadRefused($"the server answers with HTTP status {status}");
        if (content.ContentType?.MediaType is "text/html" or "application/xhtml+xml")
            throw new DownloadRefused("the server sends a web page, not a bundle");
        var from = status == 206 ? content.ContentRange?.From ?? 0 : 0;
        if (from > had) throw new DownloadRefused("the server sends another part than was asked for");
        var all = content.ContentLength is { } length ? from + length : -1;
        if (all > bounds.BytesMax)
            throw new DownloadRefused($"it has {all} bytes, and at most {bounds.BytesMax} are taken");
        var room = bounds.FreeBytes() - bounds.FreeBytesMin;
        if (all - had > room)
            throw new DownloadRefused($"it has {all} bytes, and the disk has room for {Math.Max(0, room)}");
        return (from, all);
    }

    private async Task CopyAsync(
        HttpResponseMessage response, FileStream file, long all, CancellationToken stop)
    {
        await using var body = await response.Content.ReadAsStreamAsync(stop);
        var piece = new byte[PieceBytes];
        while (true)
        {
            using var timer = new CancellationTokenSource(bounds.Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timer.Token);
            var count = await body.ReadAsync(piece, either.Token);
            if (count == 0) break;
            if (file.Position + count > bounds.BytesMax)
                throw new DownloadRefused($"it has more than {bounds.BytesMax} bytes, which are not taken");
            if (file.Position == 0 && !piece.AsSpan(0, Math.Min(count, Magic.Length)).SequenceEqual(
                Magic.AsSpan(0, Math.Min(count, Magic.Length))))
                throw new DownloadRefused("it is no bundle of RAUC");
            await file.WriteAsync(piece.AsMemory(0, count), stop);
            Came(file.Position, all);
        }
        if (all >= 0 && file.Position < all)
            throw new HttpRequestException("the connection ended in the middle");
        file.Flush(flushToDisk: true);
    }

    private static async Task CheckAsync(UpdateOrder order, string path, CancellationToken stop)
    {
        if (new FileInfo(path).Length < Magic.Length) throw new DownloadRefused("it is no bundle of RAUC");
        if (order.Sha256.Length == 0) return;
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, stop));
        if (digest != order.Sha256)
            throw new DownloadRefused($"its sha256 is {digest}, and not the one that was commanded");
    }

    // A timer of ours ends it as a cancellation; a full disk is none of it.
    private static bool IsTheNetworks(Exception wrong) =>
        wrong is HttpRequestException or OperationCanceledException
        || (wrong is IOException { HResult: not (NoSpace or OverQuota) });

    private static string Reason(Exception wrong) => wrong is OperationCanceledException
        ? "nothing came for too long" : wrong.GetBaseException().Message.ReplaceLineEndings(" ");
}

/// <summary>Bounds of a download.</summary>
/// <param name="BytesMax">A larger bundle is refused.</param>
/// <param name="FreeBytesMin">Room that must stay on the disk.</param>
/// <param name="FreeBytes">Room on the disk.</param>
/// <param name="TriesMax">Tries one after the other that bring nothing.</param>
/// <param name="Patience">Nothing comes for so long: it is broken.</param>
internal sealed record DownloadBounds(
    long BytesMax, long FreeBytesMin, Func<long> FreeBytes, int TriesMax, TimeSpan Patience);
