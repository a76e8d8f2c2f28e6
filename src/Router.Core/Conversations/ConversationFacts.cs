namespace Router.Core.Conversations;

/// <summary>
/// What decides and what one lists by (DESIGN §3), and the rules by which it changes. Immutable. Heads are those of message ids (<see cref="Messages.MessageId.Head"/>): a time and an
/// order in one.
/// </summary>
public readonly record struct ConversationFacts
{
    /// <summary>How long after an inbound message its service window stays open: 24 h, as the platforms that have one give it.</summary>
    public const long WindowMs = 24L * 3600 * 1000;

    /// <summary>Where it stands.</summary>
    public ConversationState State { get; init; }

    /// <summary>Keyed hash of the assignee's name, by which one lists; 0: nobody.</summary>
    public ulong Agent { get; init; }

    /// <summary>The assignee's name; null: nobody, or it was sealed under a key that was destroyed.</summary>
    public string? Assignee { get; init; }

    /// <summary>When something last changed or came in, as a head: no two conversations share one.</summary>
    public ulong ActiveHead { get; init; }

    /// <summary>Head of the last inbound message; 0: none.</summary>
    public ulong InboundHead { get; init; }

    /// <summary>Inbound messages so far.</summary>
    public uint Inbounds { get; init; }

    /// <summary>Head of the last inbound message that its grain has heard of.</summary>
    public ulong HeardHead { get; init; }

    /// <summary>Whether its grain must still hear of an inbound message.</summary>
    public bool IsUnheard => InboundHead > HeardHead;

    /// <summary>Whether it counts as closed.</summary>
    public bool IsClosed => State == ConversationState.Closed;

    /// <summary>Unix ms at which the service window ends or ended; 0: nothing came in yet.</summary>
    public long WindowEndMs => InboundHead == 0 ? 0 : (long)(InboundHead >> 16) + WindowMs;

    /// <summary>The facts after <paramref name="change"/>. What changes nothing is told to nobody and makes it no newer; but who acts on one without a row gives it one.</summary>
    /// <param name="change">The change.</param>
    /// <param name="head">A new head: the time of the change.</param>
    /// <param name="told">What is told.</param>
    public ConversationFacts After(in ConversationChange change, ulong head, out ConversationEvent told)
    {
        ConversationFacts after = this;
        told = ConversationEvent.None;
        switch (change.Act)
        {
            case ConversationAct.Touch:
                return Opened() with { ActiveHead = head };
            case ConversationAct.Assign when change.Agent != Agent:
                told = ConversationEvent.Assigned;
                after = this with { Agent = change.Agent, Assignee = change.Assignee };
                break;
            case ConversationAct.Close when !IsClosed:
                told = ConversationEvent.Closed;
                after = this with { State = ConversationState.Closed };
                break;
            case ConversationAct.Reopen when IsClosed:
                told = ConversationEvent.Reopened;
                after = this with { State = ConversationState.Open };
                break;
            case ConversationAct.Assign or ConversationAct.Close or ConversationAct.Reopen:
                break;
            case ConversationAct.Hear:
                return this with { HeardHead = Math.Max(HeardHead, Math.Min(change.Head, InboundHead)) };
            default:
                throw new ArgumentOutOfRangeException(nameof(change), change.Act, "not an act");
        }

        return told != ConversationEvent.None || State == ConversationState.None ? after.Opened() with { ActiveHead = head } : after;
    }

    /// <summary>The facts after an inbound message: open, or open again.</summary>
    /// <param name="head">The message's.</param>
    /// <param name="told">What is told.</param>
    public ConversationFacts AfterInbound(ulong head, out ConversationEvent told)
    {
        told = IsClosed ? ConversationEvent.Reopened : ConversationEvent.None;
        return this with { State = ConversationState.Open, ActiveHead = head, InboundHead = head, Inbounds = Inbounds + 1 };
    }

    private ConversationFacts Opened() => State == ConversationState.None ? this with { State = ConversationState.Open } : this;
}
