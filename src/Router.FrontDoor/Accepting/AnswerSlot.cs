using Router.Engine.Shards;

namespace Router.FrontDoor.Accepting;

/// <summary>
/// The answer to one line of a stream, from the moment its message is with its shard until it is written: one cache line, so that owners' threads do not disturb each other.
/// </summary>
/// <remarks>
/// Hands: the reader fills it and sets <see cref="State"/> to pending; whoever completes it (an owner's thread, or the reader for a line refused at once) fills the answer and
/// sets it to done, after which it touches it no more; then the writer reads the answer and takes <see cref="Problem"/>, the reader takes <see cref="Request"/>.
/// </remarks>
internal struct AnswerSlot
{
    internal const int Pending = 1;
    internal const int Done = 2;

    /// <summary>Written and read as volatile.</summary>
    internal int State;

    /// <summary>What of <see cref="LineStream.UnreadBytesMax"/> it takes.</summary>
    internal int Charge;

    /// <summary>The line's number.</summary>
    internal long Line;

    /// <summary>The line's refusal, whole; null: accepted.</summary>
    internal byte[]? Problem;

    /// <summary>The request, until the reader takes it back; null: the line was refused at once.</summary>
    internal AcceptRequest? Request;

    internal ulong IdHead;
    internal ulong IdTail;
    internal ulong ConversationHead;
    internal ulong ConversationTail;
}
