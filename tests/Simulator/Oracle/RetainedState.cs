namespace LightMq.Simulator.Oracle;

/// <summary>
/// When all is quiet, each topic retains its last acknowledged retained publish, or one that may have come
/// later (MQTT-3.3.1-5..10).
/// </summary>
public sealed class RetainedState(Judge judge) : IChecker
{
    public const string ReaderId = "GID_READER@@@last";

    private readonly Dictionary<string, MessageFacts> _read = [];

    /// <summary>Whether a reader has subscribed, so that what it got can be judged.</summary>
    public bool WasRead { get; set; }

    public void Delivered(Delivery delivery)
    {
        if (delivery is not { Retain: true, Message: { } message, Subscriber.ClientId: ReaderId }) return;
        if (!_read.TryAdd(delivery.Topic, message))
            throw new Violation(nameof(RetainedState), $"{delivery.Topic} gave two retained messages");
    }

    public void AtEnd()
    {
        if (!WasRead || judge.Rules.MayDrop) return;
        var topics = judge.Messages.Where(m => m.Retain).GroupBy(m => m.Topic);
        foreach (var topic in topics) CheckTopic(topic.Key, topic.ToList());
    }

    private void CheckTopic(string topic, List<MessageFacts> sent)
    {
        var possible = sent.Where(m => !sent.Any(later => later.Acknowledged != long.MaxValue && later != m
            && later.FirstSent > m.Acknowledged && !later.IsWill)).ToList();
        if (!_read.TryGetValue(topic, out var held))
        {
            var mayBeEmpty = possible.Any(m => m.Payload.Length == 0)
                || sent.All(m => m.Acknowledged == long.MaxValue);
            if (!mayBeEmpty)
                throw new Violation(
                    nameof(RetainedState), $"{topic} retains nothing, expected {possible[^1]}");
            return;
        }
        if (!possible.Contains(held))
            throw new Violation(nameof(RetainedState), $"{topic} retains {held}, expected {possible[^1]}");
    }
}
