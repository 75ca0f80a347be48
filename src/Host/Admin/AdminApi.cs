using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LightMq.Broker.Settings;
using LightMq.Host.Configuration;

namespace LightMq.Host.Admin;

/// <summary>
/// The admin API (docs/FORMATS.md): <c>/v1/keys</c>, <c>/v1/groups</c> and <c>/v1/topics</c>, lists and
/// single entries, and <c>/v1/quotas</c>. Secrets are taken and never given.
/// </summary>
internal sealed class AdminApi(RegistryDesk desk)
{
    /// <summary>Answers a request that may be answered.</summary>
    /// <exception cref="AdminError">It is refused.</exception>
    public HttpAnswer Answer(HttpRequest request)
    {
        if (request.Path is not (["v1", _] or ["v1", _, _])) throw Unknown();
        if (request.Path is ["v1", "quotas"]) return Quotas(request);
        var kind = request.Path[1] switch
        {
            "keys" => RegistryKind.AccessKey,
            "groups" => RegistryKind.Group,
            "topics" => RegistryKind.Topic,
            _ => throw Unknown(),
        };
        var name = request.Path is [_, _, var given] ? given : null;
        switch (request.Method)
        {
            case "GET" when name is null: return List(kind);
            case "GET": return Show(kind, name, 200);
            case "PUT" when name is not null: return Put(request, kind, name);
            case "DELETE" when name is not null:
                desk.Remove(kind, name);
                return new HttpAnswer(204, []);
            default: return NotAllowed(request, name is null ? "GET" : "GET, PUT, DELETE");
        }
    }

    private HttpAnswer Quotas(HttpRequest request)
    {
        switch (request.Method)
        {
            case "GET": break;
            case "PUT": desk.PutQuotas(Read(request, AdminJson.Readable.QuotasBody).Read()); break;
            case "DELETE": desk.RemoveQuotas(); break;
            default: return NotAllowed(request, "GET, PUT, DELETE");
        }
        return Write(200, desk.Quotas, AdminJson.Readable.QuotasBody);
    }

    private static HttpAnswer NotAllowed(HttpRequest request, string allowed) =>
        Refuse(new AdminError(405, $"{request.Method} is not for this path, which takes {allowed}")) with
        {
            Headers = $"Allow: {allowed}\r\n",
        };

    /// <summary>What a refused request is told.</summary>
    public static HttpAnswer Refuse(AdminError wrong) => Write(
        wrong.Status, new ErrorBody(wrong.Message), AdminJson.Readable.ErrorBody) with
    {
        Headers = wrong.Status == 401 ? "WWW-Authenticate: Bearer\r\n" : "",
    };

    private HttpAnswer Put(HttpRequest request, RegistryKind kind, string name)
    {
        var isNew = kind switch
        {
            RegistryKind.AccessKey => desk.PutKey(name, Read(request, AdminJson.Readable.KeyBody)),
            RegistryKind.Group => desk.PutGroup(name, Read(request, AdminJson.Readable.GroupBody)),
            _ => desk.PutTopic(name, Read(request, AdminJson.Readable.TopicBody)),
        };
        return Show(kind, name, isNew ? 201 : 200);
    }

    private HttpAnswer List(RegistryKind kind) => kind switch
    {
        RegistryKind.AccessKey => Write(200, new KeyList(desk.Registry.AccessKeys
            .OrderBy(static key => key.Key, StringComparer.Ordinal).Select(BodyOf)),
            AdminJson.Readable.KeyList),
        RegistryKind.Group => Write(200, new GroupList(desk.Registry.Groups
            .OrderBy(static group => group.Name, StringComparer.Ordinal).Select(BodyOf)),
            AdminJson.Readable.GroupList),
        _ => Write(200, new TopicList(desk.Registry.ParentTopics
            .OrderBy(static topic => topic.Name, StringComparer.Ordinal).Select(BodyOf)),
            AdminJson.Readable.TopicList),
    };

    private HttpAnswer Show(RegistryKind kind, string name, int status)
    {
        var registry = desk.Registry;
        if (kind == RegistryKind.AccessKey
            && registry.AccessKeys.FirstOrDefault(key => key.Key == name) is { } key)
            return Write(status, BodyOf(key), AdminJson.Readable.KeyBody);
        if (kind == RegistryKind.Group
            && registry.Groups.FirstOrDefault(group => group.Name == name) is { } group)
            return Write(status, BodyOf(group), AdminJson.Readable.GroupBody);
        if (kind == RegistryKind.Topic
            && registry.ParentTopics.FirstOrDefault(topic => topic.Name == name) is { } topic)
            return Write(status, BodyOf(topic), AdminJson.Readable.TopicBody);
        throw new AdminError(404, $"'{name}' is not registered");
    }

    private static KeyBody BodyOf(AccessKey key) => new(key.Key, Secret: null, key.Groups?.ToArray());

    private static GroupBody BodyOf(LmqGroup group) => new(group.Name,
        group.Grants?.Select(static grant => new GrantBody(grant.Topic, RegistryRules.WordOf(grant)))
            .ToArray());

    private static TopicBody BodyOf(ParentTopic topic) =>
        new(topic.Name, RegistryRules.WordOf(topic.Type), topic.Spread);

    private static AdminError Unknown() =>
        new(404, "there are /v1/keys, /v1/groups and /v1/topics, each with /NAME or without, and /v1/quotas");

    private static T Read<T>(HttpRequest request, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(request.Body, type)
                ?? throw new AdminError(400, "the body is null; it takes an object");
        }
        // Its own message may show a value.
        catch (JsonException wrong)
        {
            throw new AdminError(400, wrong.Path is { Length: > 1 } path
                ? $"the body is not as it must be at {path}: a field that is unknown, twice or of "
                    + "another type"
                : "the body is not one JSON object");
        }
    }

    private static HttpAnswer Write<T>(int status, T body, JsonTypeInfo<T> type) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(body, type));
}
