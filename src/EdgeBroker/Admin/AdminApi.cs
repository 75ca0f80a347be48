using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LightMq.Broker.Settings;
using LightMq.EdgeBroker.Configuration;
using Microsoft.AspNetCore.Http;

namespace LightMq.EdgeBroker.Admin;

/// <summary>
/// The admin API (docs/OPERATIONS.md): <c>/v1/keys</c>, <c>/v1/groups</c> and <c>/v1/topics</c>, lists and
/// single entries, and <c>/v1/quotas</c>. Secrets are taken and never given.
/// </summary>
internal sealed class AdminApi(RegistryDesk desk)
{
    private const string Json = "application/json; charset=utf-8";

    /// <summary>Answers a request that may be answered.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        try
        {
            await RouteAsync(context);
        }
        catch (AdminError wrong)
        {
            await WriteAsync(context, wrong.Status, new ErrorBody(wrong.Message), AdminJson.Default.ErrorBody);
        }
    }

    private async Task RouteAsync(HttpContext context)
    {
        // "", "v1", kind, and perhaps a name, in which a slash is written %2F.
        var parts = (context.Request.Path.Value ?? "").Split('/');
        if (parts.Length is < 3 or > 4 || parts[1] != "v1") throw Unknown();
        if (parts is [_, _, "quotas"])
        {
            await QuotasAsync(context);
            return;
        }
        var kind = parts[2] switch
        {
            "keys" => RegistryKind.AccessKey,
            "groups" => RegistryKind.Group,
            "topics" => RegistryKind.Topic,
            _ => throw Unknown(),
        };
        var name = parts.Length == 4
            ? parts[3].Replace("%2F", "/", StringComparison.OrdinalIgnoreCase) : null;
        switch (context.Request.Method)
        {
            case "GET" when name is null: await ListAsync(context, kind); break;
            case "GET": await ShowAsync(context, kind, name, 200); break;
            case "PUT" when name is not null: await PutAsync(context, kind, name); break;
            case "DELETE" when name is not null:
                await desk.RemoveAsync(kind, name, context.RequestAborted);
                context.Response.StatusCode = 204;
                break;
            default:
                context.Response.Headers.Allow = name is null ? "GET" : "GET, PUT, DELETE";
                throw new AdminError(405, $"{context.Request.Method} is not for this path");
        }
    }

    private async Task QuotasAsync(HttpContext context)
    {
        switch (context.Request.Method)
        {
            case "GET": break;
            case "PUT":
                var body = await ReadAsync(context, AdminJson.Default.QuotasBody);
                await desk.PutQuotasAsync(body.Read(), context.RequestAborted);
                break;
            case "DELETE": await desk.RemoveQuotasAsync(context.RequestAborted); break;
            default:
                context.Response.Headers.Allow = "GET, PUT, DELETE";
                throw new AdminError(405, $"{context.Request.Method} is not for this path");
        }
        await WriteAsync(context, 200, desk.Quotas, AdminJson.Default.QuotasBody);
    }

    private async Task PutAsync(HttpContext context, RegistryKind kind, string name)
    {
        var cancel = context.RequestAborted;
        var isNew = kind switch
        {
            RegistryKind.AccessKey => await desk.PutKeyAsync(
                name, await ReadAsync(context, AdminJson.Default.KeyBody), cancel),
            RegistryKind.Group => await desk.PutGroupAsync(
                name, await ReadAsync(context, AdminJson.Default.GroupBody), cancel),
            _ => await desk.PutTopicAsync(
                name, await ReadAsync(context, AdminJson.Default.TopicBody), cancel),
        };
        await ShowAsync(context, kind, name, isNew ? 201 : 200);
    }

    private Task ListAsync(HttpContext context, RegistryKind kind) => kind switch
    {
        RegistryKind.AccessKey => WriteAsync(context, 200, new KeyList(desk.Registry.AccessKeys
            .OrderBy(static key => key.Key, StringComparer.Ordinal).Select(BodyOf)), AdminJson.Default.KeyList),
        RegistryKind.Group => WriteAsync(context, 200, new GroupList(desk.Registry.Groups
            .OrderBy(static group => group.Name, StringComparer.Ordinal).Select(BodyOf)),
            AdminJson.Default.GroupList),
        _ => WriteAsync(context, 200, new TopicList(desk.Registry.ParentTopics
            .OrderBy(static topic => topic.Name, StringComparer.Ordinal).Select(BodyOf)),
            AdminJson.Default.TopicList),
    };

    private Task ShowAsync(HttpContext context, RegistryKind kind, string name, int status)
    {
        var registry = desk.Registry;
        if (kind == RegistryKind.AccessKey && registry.AccessKeys.FirstOrDefault(key => key.Key == name) is { } key)
            return WriteAsync(context, status, BodyOf(key), AdminJson.Default.KeyBody);
        if (kind == RegistryKind.Group && registry.Groups.FirstOrDefault(group => group.Name == name) is { } group)
            return WriteAsync(context, status, BodyOf(group), AdminJson.Default.GroupBody);
        if (kind == RegistryKind.Topic
            && registry.ParentTopics.FirstOrDefault(topic => topic.Name == name) is { } topic)
            return WriteAsync(context, status, BodyOf(topic), AdminJson.Default.TopicBody);
        throw new AdminError(404, $"'{name}' is not registered");
    }

    private static KeyBody BodyOf(AccessKey key) => new(key.Key, Secret: null, key.Groups?.ToArray());

    private static GroupBody BodyOf(LmqGroup group) => new(group.Name,
        group.Grants?.Select(static grant => new GrantBody(grant.Topic, RegistryRules.WordOf(grant))).ToArray());

    private static TopicBody BodyOf(ParentTopic topic) =>
        new(topic.Name, RegistryRules.WordOf(topic.Type), topic.Spread);

    private static AdminError Unknown() =>
        new(404, "there are /v1/keys, /v1/groups and /v1/topics, each with /NAME or without, and /v1/quotas");

    private static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted)
                ?? throw new AdminError(400, "the body is null; it takes an object");
        }
        // Its message names the field and never shows a value.
        catch (JsonException wrong)
        {
            throw new AdminError(400, wrong.Path is { } path
                ? $"the body is not as it must be at {path}: a field that is unknown, twice or of another type"
                : "the body is not one JSON object");
        }
        catch (BadHttpRequestException wrong)
        {
            throw new AdminError(wrong.StatusCode, "the body is too long or cut short");
        }
    }

    private static async Task WriteAsync<T>(HttpContext context, int status, T body, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = Json;
        await JsonSerializer.SerializeAsync(context.Response.Body, body, type, context.RequestAborted);
    }
}
