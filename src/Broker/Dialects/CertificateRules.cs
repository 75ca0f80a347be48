using System.Text;
using LightMq.Broker.Connections;
using LightMq.Mqtt;

namespace LightMq.Broker.Dialects;

/// <summary>
/// What a client's certificate says of who it is. The host has verified it; both rules are off unless the
/// listener has them.
/// </summary>
internal static class CertificateRules
{
    /// <summary>The answer to <see cref="IsForeignId"/>.</summary>
    public static LoginVerdict Refused { get; } = new(ConnectCode.IdentifierRejected,
        "the client id is not the common name of the client's certificate, which this listener asks for");

    /// <summary>
    /// Whether the client id belongs to another certificate. Without a certificate it belongs to none.
    /// </summary>
    public static bool IsForeignId(in ConnectPacket connect, Connection connection)
    {
        if (!connection.Listener.CertificateId) return false;
        return connection.CertificateName is not { } name
            || !connect.ClientId.SequenceEqual(Encoding.UTF8.GetBytes(name));
    }

    /// <summary>
    /// The local user as whom the certificate logs in; null: name and password decide. A client that brings
    /// a password, or another name, wants those to be looked at.
    /// </summary>
    public static string? UserOf(in ConnectPacket connect, Connection connection)
    {
        if (!connection.Listener.CertificateUser || connection.CertificateName is not { } name) return null;
        if (connect.HasPassword) return null;
        return !connect.HasUserName || connect.UserName.SequenceEqual(Encoding.UTF8.GetBytes(name))
            ? name
            : null;
    }
}
