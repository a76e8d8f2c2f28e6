using Router.Core.Addresses;
using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <summary>A dead letter that is done with, on its way through its shard.</summary>
internal sealed class DeadLetterTask(MessageId letter, ContactId contact, uint sender)
{
    public readonly MessageId Letter = letter;
    public readonly ContactId Contact = contact;
    public readonly uint Sender = sender;
    public readonly TaskCompletionSource<bool> Answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
