using Router.Core.Addresses;
using Router.Core.Messages;

namespace Router.Engine.Inbound;

/// <summary>Port: the way of messages from end users to the owners of their shards on other silos.</summary>
public interface IInboundElsewhere
{
    /// <summary>Sends it to the silo that owns <paramref name="shard"/>, whose answer ends it; false: no owner is known, nothing was sent. Any thread; returns at once.</summary>
    bool TryForward(int shard, InboundTask task);

    /// <summary>Has the owner of a dead letter's shard on another silo say that it is done with; false: it could not be kept.</summary>
    ValueTask<bool> EndDeadLetterAsync(MessageId letter, ContactId contact, uint sender);
}
