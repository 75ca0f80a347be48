using System.Net;
using LightMq.Central.Core;
using LightMq.Central.Devices;
using LightMq.Host.Configuration;

namespace LightMq.Central.Configuration;

/// <summary>What a listener of HTTP answers.</summary>
[Flags]
public enum HttpRoles
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>The core, for business services: <c>/v1/topics</c>, <c>/v1/groups</c>.</summary>
    Stream = 1,
    /// <summary>Operators: <c>/v1/gateways</c>, <c>/v1/enrolments</c> …</summary>
    Operator = 2,
    /// <summary>The auth server: <c>/token</c>.</summary>
    Auth = 4,
    /// <summary>The app server of gateways: <c>/device</c>.</summary>
    Device = 8,
    /// <summary>All of these.</summary>
    All = Stream | Operator | Auth | Device,
}

/// <summary>A listener of HTTP or HTTPS.</summary>
/// <param name="EndPoint">Address and port; port 0 takes a free one.</param>
/// <param name="Roles">What it answers.</param>
/// <param name="Tls">The certificate; null: HTTP.</param>
public sealed record HttpListenerSettings(IPEndPoint EndPoint, HttpRoles Roles, CertificateSettings? Tls)
{
    /// <summary>http or https.</summary>
    public string Scheme => Tls is null ? "http" : "https";
}

/// <summary>A certificate in files; without files the one that the program makes for itself.</summary>
/// <param name="Files">The files; null: its own.</param>
public sealed record CertificateSettings(CertificateFiles? Files);

/// <summary>A file whose text requests must bear.</summary>
/// <param name="Key">Configuration key, for errors.</param>
/// <param name="Path">The file; empty: one in the data directory, made at the first start.</param>
public sealed record BearerSettings(string Key, string Path);

/// <summary>The HTTP side.</summary>
/// <param name="Listeners">Where it listens; none: HTTP is off.</param>
/// <param name="StreamBearer">What the stream API asks for.</param>
/// <param name="OperatorBearer">What the operators' API asks for.</param>
/// <param name="ConnectionsMax">Most connections.</param>
/// <param name="WaitingMax">Most requests that wait for news.</param>
public sealed record HttpSettings(
    IReadOnlyList<HttpListenerSettings> Listeners, BearerSettings StreamBearer, BearerSettings OperatorBearer,
    int ConnectionsMax, int WaitingMax);

/// <summary>The app server of gateways.</summary>
/// <param name="TokenSeconds">Life of a token.</param>
/// <param name="EnrolmentSeconds">Life of an enrolment code, unless the operator says otherwise.</param>
/// <param name="EnrolPerMinuteMax">Enrolments tried by one address in a minute; 0: no bound.</param>
/// <param name="TokensPerMinuteMax">Tokens asked for by one address in a minute; 0: no bound.</param>
public sealed record DeviceSettings(
    int TokenSeconds, long EnrolmentSeconds, int EnrolPerMinuteMax, int TokensPerMinuteMax);

/// <summary>The whole configuration of a central, validated.</summary>
/// <param name="Broker">What both hosts have.</param>
/// <param name="Core">The core.</param>
/// <param name="Http">The HTTP side.</param>
/// <param name="Devices">The app server.</param>
/// <param name="Gateways">What single gateways' tokens grant.</param>
public sealed record CentralSettings(BrokerSettings Broker, CoreOptions Core, HttpSettings Http,
    DeviceSettings Devices, IReadOnlyList<GatewayGrants> Gateways)
{
    /// <summary>What the broker is told, once the central's name is known.</summary>
    public BrokerSettings BrokerOf(string clusterId) => Broker with
    {
        Broker = Broker.Broker with { Central = Broker.Broker.Central! with { ClusterId = clusterId } },
    };
}
