using Router.Engine.Journal;
using Router.Engine.Providers;

namespace Router.Engine.Shards;

/// <summary>A receipt on its way through a shard: matched (<see cref="Awaited"/>) or not.</summary>
internal sealed class ReceiptTask
{
    public Receipt Receipt;
    public AwaitedReceipt Awaited;
    public bool Matched;

    /// <summary>It was kept as unmatched before: its entry is to be closed, and nobody waits for an acknowledgement.</summary>
    public bool WasKept;

    /// <summary>It was kept as unmatched and is done with (its time has run out, or another silo took it): only close its entry.</summary>
    public bool IsDone;

    /// <summary>It ends a long message of which not all has left: written in its order, however often that takes.</summary>
    public bool EndsMessage;

    /// <summary>Another silo sent it here: it goes no further.</summary>
    public bool Forwarded;

    /// <summary>Unix ms when it came.</summary>
    public long AtMs;

    /// <summary>Its owner asked the journal's tables for it: the epoch it asked under, 0: not asked. <see cref="Found"/> is what they said.</summary>
    public long LookedUpUnder;

    /// <summary>What the tables said; null: nobody awaits it.</summary>
    public AwaitedReceipt? Found;

    /// <summary>The tables could not be read.</summary>
    public bool LookUpFailed;

    /// <summary>More of the message was kept since they were asked: they are asked again.</summary>
    public bool IsLookUpOld;

    /// <summary>While it is held unmatched: monotonic ms at which it is looked for again, and the wait before that.</summary>
    public long LookAgainMs;

    /// <summary>See <see cref="LookAgainMs"/>.</summary>
    public long LookAgainAfterMs;

    /// <summary>The next receipt that waits for what is under way of the same message.</summary>
    public ReceiptTask? Next;
    public Action<object?, long, bool>? Acknowledge;
    public object? State;
    public long Token;

    public void Answer(bool kept)
    {
        Action<object?, long, bool>? acknowledge = Acknowledge;
        Acknowledge = null;
        acknowledge?.Invoke(State, Token, kept);
    }

    /// <summary>As new: the next receipt must not find anything of this one.</summary>
    public void Clear()
    {
        Receipt = default;
        Awaited = default;
        Matched = WasKept = IsDone = EndsMessage = Forwarded = LookUpFailed = IsLookUpOld = false;
        AtMs = LookedUpUnder = LookAgainMs = LookAgainAfterMs = Token = 0;
        Found = null;
        Next = null;
        Acknowledge = null;
        State = null;
    }
}
