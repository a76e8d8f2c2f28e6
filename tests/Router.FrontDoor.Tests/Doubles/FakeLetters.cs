using Router.Core.Messages;
using Router.Engine.Inbound;
using Router.Engine.Journal;
using Router.Testing;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>Replays dead letters of one number, and no others.</summary>
internal sealed class FakeLetters(JournalShards? shards) : IDeadLetters
{
    /// <summary>The number that somebody has by now.</summary>
    public string? Number { get; set; }

    public async ValueTask<bool> ReplayAsync(StoredMessage letter)
    {
        if (Number is null || !MessageRecord.Read(letter.Record).From.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(Number)))
        {
            return false;
        }

        return await EndAsync(letter);
    }

    public async ValueTask<bool> EndAsync(StoredMessage letter)
    {
        return await shards!.AppendAsync(Some.Status(letter.Accepted, MessageStatus.Delivered), letter.Accepted.Id.Shard);
    }
}
