// One of the examples, by its name: dotnet run --project examples/csharp -- send_receive
using LightMq.Examples;

switch (args.FirstOrDefault())
{
    case "send_receive": await SendReceive.Run(); break;
    case "p2p": await PeerToPeer.Run(); break;
    case "tls": await Tls.Run(); break;
    case "websocket": await WebSocket.Run(); break;
    case "token_login": await TokenLogin.Run(); break;
    case "ordered": await Ordered.Run(); break;
    case "offline_pull": await OfflinePull.Run(); break;
    case "presence": await Presence.Run(); break;
    case "issue_token": IssueToken.Run(args.ElementAtOrDefault(1) ?? "3600"); break;
    default: Console.Error.WriteLine("name an example: send_receive, p2p, …"); return 64;
}
return 0;
