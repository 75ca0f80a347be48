using LightMq.Lmq;

namespace LightMq.Broker.Connections;

/// <summary>A token that is being verified; what its client sent behind it waits (LMQ-TOK-6).</summary>
/// <param name="PacketId">Of the upload, for its PUBACK.</param>
/// <param name="Type">As what it was uploaded.</param>
internal sealed record PendingUpload(ushort PacketId, TokenActions Type);
