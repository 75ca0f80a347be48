namespace LightMq.DeviceAgent.Update;

/// <summary>
/// Where the agent and root's <c>lightmq update</c> leave word for each other (docs/FORMATS.md).
/// </summary>
/// <param name="Root">The folder that holds run, data and usr.</param>
/// <param name="State">The agent's folder that survives a restart.</param>
/// <param name="Runtime">The agent's folder that need not.</param>
internal sealed record UpdatePlaces(string Root, string State, string Runtime)
{
    /// <summary>Our folder.</summary>
    public string Folder => Path.Combine(State, "update");
    /// <summary>The bundle, whole.</summary>
    public string Bundle => Path.Combine(Folder, "bundle.raucb");
    /// <summary>The bundle, while it comes.</summary>
    public string Part => Path.Combine(Folder, "bundle.part");
    /// <summary>The order whose bundle is being fetched.</summary>
    public string Order => Path.Combine(Folder, "order.json");
    /// <summary>The order that root was asked for.</summary>
    public string Asked => Path.Combine(Folder, "asked.json");
    /// <summary>The result that was told last.</summary>
    public string Told => Path.Combine(Folder, "told.json");
    /// <summary>What root is asked for.</summary>
    public string Request => Path.Combine(Runtime, "update-request.json");
    /// <summary>What the image says of itself; not there: this is no image.</summary>
    public string Image => Path.Combine(Root, "usr/lib/lightmq/image.json");
    /// <summary>How root gets on.</summary>
    public string Progress => Path.Combine(Root, "run/lightmq/update.json");
    /// <summary>What root turned away because another update goes on.</summary>
    public string Busy => Path.Combine(Root, "run/lightmq/update-refused.json");
    /// <summary>The update that has begun and not ended.</summary>
    public string Pending => Path.Combine(Root, "data/lightmq/update-pending.json");
    /// <summary>How the last update ended.</summary>
    public string Result => Path.Combine(Root, "data/lightmq/update-result.json");
}
