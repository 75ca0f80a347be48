using LightMq.DeviceAgent.Commands;
using LightMq.DeviceAgent.Sensors;
using LightMq.DeviceAgent.Settings;
using LightMq.Service;
using Microsoft.Extensions.Logging;

namespace LightMq.DeviceAgent.Update;

/// <summary>
/// Updates that are commanded: fetches the bundle, asks root to install it, tells above how that gets on, and
/// after the restart how it ended. On the loop; the bundle comes by a task of its own.
/// </summary>
/// <param name="settings">Settings.</param>
/// <param name="places">Where word is left.</param>
/// <param name="telemetry">Where answers go.</param>
/// <param name="resultTopic">Where the result of an update goes that nobody commanded by MQTT.</param>
/// <param name="loop">The loop.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Where chance comes from.</param>
/// <param name="log">The log.</param>
internal sealed class UpdateDesk(UpdateSettings settings, UpdatePlaces places, Telemetry telemetry,
    Func<string> resultTopic, Loop loop, TimeProvider time, Random random, ILogger log) : IDisposable
{
    private const int TriesMax = 12, PercentStep = 10;
    // Where the server does not say how much comes.
    private const long BytesStep = 16 << 20;
    private const long FreeBytesMin = 64 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), FirstWait = TimeSpan.FromSeconds(1),
        LongestWait = TimeSpan.FromMinutes(2);
    // Somebody must take the request, who waits until the box is found healthy; then the longest is the wait
    // for the window.
    private static readonly TimeSpan TakenWithin = TimeSpan.FromMinutes(15),
        DoneWithin = TimeSpan.FromHours(26);

    private readonly UpdateAnswers _answers = new(telemetry);
    private readonly CancellationTokenSource _stop = new();
    private UpdateOrder? _order;
    private bool _isAsked;
    private long _askedAt;
    private string _said = "";
    private int _percent;
    private long _steps;
    private DateTime _resultSeen;

    /// <summary>Settings, which may change; for the next update.</summary>
    public UpdateSettings Settings { get; set; } = settings;

    /// <summary>An update was commanded.</summary>
    public void Take(CommandCall call)
    {
        if (!File.Exists(places.Image) || places.State.Length == 0 || places.Runtime.Length == 0)
            call.Refuse("this is no image of LightMq: its packages are updated by apt");
        else if (_order is { } other) call.Refuse($"busy: update {other.Id} goes on");
        else if (RootIsBusy() is { } busy) call.Refuse($"busy: another update goes on ({busy})");
        else if (UpdateOrder.Of(call, out var problem) is not { } order) call.Refuse(problem);
        else if (TryKeep(order, out problem)) Fetch(order, isNew: true);
        else call.Refuse(problem);
    }

    /// <summary>The agent starts: an update that was being fetched, or followed, goes on.</summary>
    public void Start()
    {
        if (UpdateOrder.Read(places.Order) is { } order) Fetch(order, isNew: false);
        else if (UpdateOrder.Read(places.Asked) is { } asked) Resume(asked);
    }

    /// <summary>A second passed.</summary>
    /// <param name="isConnected">Whether what is said now gets out.</param>
    public void Tick(bool isConnected)
    {
        if (_isAsked) Follow(_order!);
        if (isConnected) TellResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private bool TryKeep(UpdateOrder order, out string problem)
    {
        try
        {
            Directory.CreateDirectory(places.Folder);
            foreach (var left in (string[])[places.Part, places.Bundle, places.Asked]) File.Delete(left);
            order.Write(places.Order);
            problem = "";
            return true;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            problem = $"the disk refuses: {wrong.Message}";
            return false;
        }
    }

    private void Fetch(UpdateOrder order, bool isNew)
    {
        (_order, _said, _steps) = (order, "", 0);
        Log.UpdateBegins(log, order.Id, order.Url.Host, isNew ? "begins" : "goes on");
        _answers.Say(order, "progress", "downloading", 0, $"from {order.Url.Host}");
        var bounds = new DownloadBounds(Settings.BytesMax, FreeBytesMin,
            () => new DriveInfo(places.Folder).AvailableFreeSpace, TriesMax, Patience);
        _ = FetchAsync(order, bounds, Settings.CaFile, _stop.Token);
    }

    private async Task FetchAsync(
        UpdateOrder order, DownloadBounds bounds, string caFile, CancellationToken stop)
    {
        // Away from the loop, which is ours until the first await.
        await Task.Yield();
        var wrong = "";
        try
        {
            using var http = UpdateServer.Open(caFile);
            await new Download(http, bounds, new Backoff(random, FirstWait, LongestWait), time)
            {
                Came = (there, all) => loop.Post(() => Came(order, there, all)),
                Broke = reason => loop.Post(() => Log.UpdateBroke(log, order.Id, reason)),
            }.RunAsync(order, places.Part, stop);
            File.Move(places.Part, places.Bundle, overwrite: true);
            File.Move(places.Order, places.Asked, overwrite: true);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
        catch (DownloadRefused refused)
        {
            wrong = refused.Message;
        }
        catch (Exception disk) when (disk is IOException or UnauthorizedAccessException)
        {
            wrong = $"the disk refuses: {disk.Message}";
        }
        loop.Post(() => Fetched(order, wrong));
    }

    private void Came(UpdateOrder order, long there, long all)
    {
        var percent = all > 0 ? (int)(there * 100 / all) : 0;
        var steps = all > 0 ? percent / PercentStep : there / BytesStep;
        if (steps <= _steps) return;
        _steps = steps;
        _answers.Say(order, "progress", "downloading", percent,
            all > 0 ? $"{there} of {all} bytes" : $"{there} bytes");
    }

    private void Fetched(UpdateOrder order, string wrong)
    {
        try
        {
            if (wrong.Length == 0) Ask(order);
        }
        catch (Exception disk) when (disk is IOException or UnauthorizedAccessException)
        {
            wrong = $"the disk refuses: {disk.Message}";
        }
        if (wrong.Length > 0) End(order, "refused", wrong);
    }

    // Root was asked for it before we started, or the box.
    private void Resume(UpdateOrder order)
    {
        if (IsIn(places.Progress, order)) (_order, _isAsked, _askedAt) = (order, true, loop.Now);
        // With the box's restart root's word is gone; once it has begun the result tells. In this order: root
        // notes the result before it removes the other.
        else if (!IsIn(places.Pending, order) && !IsIn(places.Result, order) && File.Exists(places.Bundle))
        {
            _order = order;
            Fetched(order, "");
        }
    }

    private static bool IsIn(string path, UpdateOrder order)
    {
        using var json = UpdateFile.Open(path);
        return json is not null && UpdateFile.Text(json, "id") == order.Id;
    }

    private void Ask(UpdateOrder order)
    {
        PrivateFile.Write(places.Request, Telemetry.Compose(json =>
        {
            json.WriteString("bundle"u8, places.Bundle);
            json.WriteString("id"u8, order.Id);
            if (order.Window.Length > 0) json.WriteString("window"u8, order.Window);
            else json.WriteNull("window"u8);
        }), isDurable: false);
        (_isAsked, _askedAt, _percent) = (true, loop.Now, 0);
    }

    // What root says of our order.
    private void Follow(UpdateOrder order)
    {
        var passed = TimeSpan.FromMilliseconds(loop.Now - _askedAt);
        using var busy = UpdateFile.Open(places.Busy);
        if (busy is not null && UpdateFile.Text(busy, "id") == order.Id)
        {
            End(order, "refused", UpdateFile.Text(busy, "message"));
            return;
        }
        using var json = UpdateFile.Open(places.Progress);
        if (json is null || UpdateFile.Text(json, "id") != order.Id)
        {
            if (passed > TakenWithin)
                End(order, "refused", "nobody takes the request: is lightmq-update.path active?");
            return;
        }
        var (state, message) = (UpdateFile.Text(json, "state"), UpdateFile.Text(json, "message"));
        if (state is "refused" or "failed") End(order, "refused", message);
        else if (passed > DoneWithin) End(order, "refused", $"it does not end: {message}");
        else Progress(order, state, UpdateFile.Number(json, "percent"), message);
    }

    private void Progress(UpdateOrder order, string state, int percent, string message)
    {
        if (_said == state && percent < _percent + PercentStep) return;
        (_said, _percent) = (state, percent);
        _answers.Say(order, "progress", state, percent, message);
    }

    private void End(UpdateOrder order, string result, string message)
    {
        (_order, _isAsked) = (null, false);
        foreach (var left in (string[])[
            places.Request, places.Order, places.Asked, places.Part, places.Bundle]) Remove(left);
        Log.UpdateEnds(log, order.Id, message);
        _answers.Say(order, result, "", 0, message);
    }

    // The start after an update, or a later one.
    private void TellResult()
    {
        var writtenAt = UpdateFile.WrittenAt(places.Result);
        if (writtenAt == _resultSeen) return;
        using var json = UpdateFile.Open(places.Result);
        if (json is null) return;
        _resultSeen = writtenAt;
        var text = json.RootElement.GetRawText();
        if (PrivateFile.ReadText(places.Told) == text) return;
        var id = UpdateFile.Text(json, "id");
        var order = UpdateOrder.Read(places.Asked);
        var isOurs = order is not null && order.Id == id;
        _answers.SayEnd(id, isOurs ? order!.ReplyTopic : resultTopic(), json,
            () => loop.Post(() => Told(text, isOurs)));
        if (isOurs) (_order, _isAsked) = (null, false);
    }

    // What is lost on the way is told again at the next start: better twice than never.
    private void Told(string result, bool isOurs)
    {
        try
        {
            Directory.CreateDirectory(places.Folder);
            PrivateFile.Write(places.Told, System.Text.Encoding.UTF8.GetBytes(result));
        }
        catch (Exception disk) when (disk is IOException or UnauthorizedAccessException)
        {
            Log.UpdateDisk(log, disk.Message);
        }
        if (isOurs && _order is null)
            foreach (var left in (string[])[places.Asked, places.Bundle]) Remove(left);
    }

    private string? RootIsBusy()
    {
        using var json = UpdateFile.Open(places.Progress);
        return json is null || UpdateFile.Text(json, "state") is "refused" or "failed" ? null
            : UpdateFile.Text(json, "message");
    }

    private void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception disk) when (disk is IOException or UnauthorizedAccessException)
        {
            Log.UpdateDisk(log, disk.Message);
        }
    }
}
