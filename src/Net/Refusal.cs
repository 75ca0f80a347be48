namespace LightMq.Net;

/// <summary>Why a peer was turned away below MQTT; logged and counted by this name.</summary>
public enum Refusal
{
    /// <summary>A TLS hello at a listener that speaks none.</summary>
    TlsBytes,
    /// <summary>HTTP at a listener that speaks MQTT.</summary>
    HttpBytes,
    /// <summary>MQTT without TLS at a TLS listener.</summary>
    PlainBytes,
    /// <summary>Bytes at a TLS listener that are nothing known.</summary>
    Garbage,
    /// <summary>TLS below 1.2.</summary>
    OldTls,
    /// <summary>No certificate, or one that does not verify.</summary>
    ClientCertificate,
    /// <summary>The client ended the handshake: mostly it does not trust our certificate.</summary>
    NotTrusted,
    /// <summary>A handshake that failed in another way.</summary>
    Handshake,
    /// <summary>A request that did not open a WebSocket, or bytes that were none.</summary>
    Upgrade,
    /// <summary>A WebSocket that broke its rules.</summary>
    Frame,
    /// <summary>Something other than a policy request on the Flash policy port.</summary>
    Policy,
    /// <summary>Its address has as many connections as one may have.</summary>
    AddressFull,
}

/// <summary>Why a stream broke off.</summary>
/// <param name="Refusal">What it counts as.</param>
/// <param name="Detail">For a log line: what the peer did wrong.</param>
internal sealed record StreamFailure(Refusal Refusal, string Detail);
