using System.Text;

namespace LightMq.Host.Admin;

/// <summary>An answer of HTTP/1.1; the connection closes behind it.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON; empty: none.</param>
internal sealed record HttpAnswer(int Status, byte[] Body)
{
    /// <summary>More headers, each with its line end.</summary>
    public string Headers { get; init; } = "";

    /// <summary>Writes it.</summary>
    public void Write(Stream stream)
    {
        var type = Body.Length > 0 ? "Content-Type: application/json; charset=utf-8\r\n" : "";
        var length = Status == 204 ? "" : $"Content-Length: {Body.Length}\r\n";
        var head = $"HTTP/1.1 {Status} {WordsOf(Status)}\r\n{type}{length}{Headers}"
            + "Cache-Control: no-store\r\nConnection: close\r\n\r\n";
        stream.Write([.. Encoding.ASCII.GetBytes(head), .. Body]);
    }

    private static string WordsOf(int status) => status switch
    {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        503 => "Service Unavailable",
        _ => "Bad Request",
    };
}
