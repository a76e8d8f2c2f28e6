using Router.Core.Addresses;

namespace Router.Engine.Inbound;

/// <summary>A message from an end user, or a part of one, on its way into its contact's shard. Made by the engine that its provider told, answered once.</summary>
public sealed class InboundTask
{
    private readonly Action<InboundTask>? answered;

    /// <param name="answered">Told once, on any thread; <see cref="Outcome"/> is set then.</param>
    public InboundTask(Action<InboundTask>? answered) => this.answered = answered;

    /// <summary>Where it came from, and to.</summary>
    public required InboundOrigin Origin { get; init; }

    /// <summary>The contact of who sent it.</summary>
    public required ContactId Contact { get; init; }

    /// <summary>Its text, UTF-8.</summary>
    public required ReadOnlyMemory<byte> Text { get; init; }

    /// <summary>What is known of it beside its text, a JSON object; empty: nothing.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>Of a whole one: the parts it was sent in.</summary>
    public byte Segments { get; init; } = 1;

    /// <summary>Which part it is; null: it is whole.</summary>
    public InboundPart? Part { get; init; }

    /// <summary>Keyed hash by which a repetition is known for 24 h; null: it has none.</summary>
    public UInt128? Key { get; set; }

    /// <summary>It is kept only for a contact that is known: one word to a number that several tenants share must not make them know the person.</summary>
    public bool OnlyIfKnown { get; init; }

    /// <summary>Another silo sent it here: it goes no further.</summary>
    public bool Forwarded { get; init; }

    /// <summary>The next one of its contact, while it waits (<see cref="InboundQueue"/>).</summary>
    internal InboundTask? Behind { get; set; }

    /// <summary>What became of it.</summary>
    public InboundOutcome Outcome { get; private set; }

    /// <summary>Ends it.</summary>
    public void Answer(bool kept) => Answer(kept ? InboundOutcome.Kept : InboundOutcome.NotKept);

    /// <summary>Ends it. What comes after the first is passed over.</summary>
    public void Answer(InboundOutcome outcome)
    {
        if (Outcome == InboundOutcome.Pending)
        {
            Outcome = outcome;
            answered?.Invoke(this);
        }
    }
}
