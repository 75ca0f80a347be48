using LightMq.Process.Broker;
using LightMq.Process.Clients;

namespace LightMq.Process.Examples;

/// <summary>The examples of each language: their sources, and how they are compiled and started.</summary>
internal static class ExampleProgram
{
    private static readonly string[] Stories =
    [
        "send_receive", "p2p", "tls", "websocket", "ordered", "offline_pull", "token_login", "presence",
    ];
    private static readonly string[] Jars =
        ["mqtt-client", "hawtbuf", "hawtdispatch", "hawtdispatch-transport", "gson"];
    private static readonly SemaphoreSlim Gate = new(1);
    private static readonly HashSet<string> Compiled = [];

    public static string[] Languages { get; } = ["python", "node", "browser", "c", "csharp", "go", "java"];

    /// <summary>
    /// What a language has; FuseSource for Java has no WebSocket, and a page has nothing else.
    /// </summary>
    public static IEnumerable<string> Of(string language) =>
        Stories.Where(story => story != "websocket" || language is not ("java" or "browser"));

    /// <summary>The files of a language that are no example themselves.</summary>
    public static string[] Shared(string language) => language switch
    {
        "python" => ["lmq.py"],
        "node" => ["lmq.js", "package.json"],
        "browser" => ["lmq.js", "package.json"],
        "c" => ["lmq.h"],
        "csharp" => ["Lmq.cs", "Program.cs", "IssueToken.cs", "Examples.csproj", "packages.lock.json"],
        "go" => ["lmq.go", "main.go"],
        _ => ["Lmq.java"],
    };

    public static string Source(string language, string story) => language switch
    {
        "python" => $"{story}.py",
        "node" => $"{story}.js",
        "browser" => $"{story}.html",
        "csharp" => $"{Title(story)}.cs",
        "java" => $"{Title(story)}.java",
        _ => $"{story}.{language}",
    };

    public static string Folder(string language) => Path.Combine(Repository.Root, "examples", language);

    /// <summary>The command line of a C# example, as the build left it.</summary>
    public static string[] CSharp(params string[] arguments)
    {
        var bin = Path.Combine(Folder("csharp"), "bin");
        var place = new[] { "Release", "Debug" }
            .Select(kind => Path.Combine(bin, kind, "net10.0", "LightMq.Examples.dll")).First(File.Exists);
        return ["dotnet", place, .. arguments];
    }

    /// <summary>Starts an example against a broker, compiled before if need be.</summary>
    public static async Task<ExampleRun> Start(
        string language, string story, ExampleBroker broker, string? certificate = null,
        string secret = "example-secret")
    {
        await Gate.WaitAsync();
        try
        {
            if (!Compiled.Contains(language)) await Compile(language);
            Compiled.Add(language);
        }
        finally
        {
            Gate.Release();
        }
        var port = story switch
        {
            "tls" => language == "browser" ? broker.WebSocketOverTls : broker.Tls,
            "websocket" => broker.WebSocket,
            _ => language == "browser" ? broker.WebSocket : broker.Tcp,
        };
        if (language == "browser") return await ExampleRun.OfPage(Source(language, story), port, secret);
        string[] settings =
        [
            $"LMQ_PORT={port}", $"LMQ_SECRET={secret}", $"LMQ_CA={certificate ?? broker.Certificate}",
            $"LMQ_TOKEN_FILE={broker["token"]}", $"NODE_PATH={await ThirdParty.NpmModules()}",
        ];
        return new ExampleRun(Tool.Start("env", [.. settings, .. Command(language, story)]));
    }

    private static string[] Command(string language, string story)
    {
        var source = Path.Combine(Folder(language), Source(language, story));
        var cache = Repository.Cache($"example-{language}");
        return language switch
        {
            "python" => ["/usr/bin/python3", source],
            "node" => ["node", source],
            "csharp" => CSharp(story),
            "c" => [Path.Combine(cache, story)],
            "go" => [Path.Combine(cache, "examples"), story],
            _ => ["java", "-cp", $"{cache}:{ClassPath}", Title(story)],
        };
    }

    private static async Task Compile(string language)
    {
        var cache = Repository.Cache($"example-{language}");
        var folder = Folder(language);
        switch (language)
        {
            case "c":
                foreach (var story in Of("c"))
                    await Tool.Run("cc", "-Wall", "-Wextra", "-Werror", "-o", Path.Combine(cache, story),
                        Path.Combine(folder, Source("c", story)), "-lpaho-mqtt3cs", "-lcrypto", "-lcjson");
                break;
            case "go":
                await Tool.Run("env", "-C", folder, "GO111MODULE=off", "GOPATH=/usr/share/gocode",
                    $"GOCACHE={Repository.Cache("drivers")}/go-cache",
                    "go", "build", "-o", Path.Combine(cache, "examples"), ".");
                break;
            case "java":
                await Tool.Run("javac",
                    ["-Xlint:all", "-Werror", "-cp", ClassPath, "-d", cache,
                    .. Directory.GetFiles(folder, "*.java")]);
                break;
        }
    }

    private static string ClassPath =>
        string.Join(':', Jars.Select(static jar => $"/usr/share/java/{jar}.jar"));

    private static string Title(string story) => story == "p2p" ? "PeerToPeer"
        : story == "websocket" ? "WebSocket"
        : string.Concat(story.Split('_').Select(static word => char.ToUpperInvariant(word[0]) + word[1..]));
}
