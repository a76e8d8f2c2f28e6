using System.Text;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;

namespace Router.Engine.Tests.Chaos;

/// <content>What must hold: at each departure, and once all has come to rest.</content>
internal sealed partial class ChaosRun
{
    private readonly Dictionary<MessageId, string> texts = [];

    /// <summary>A segment was handed to a provider.</summary>
    public void OnHandedOver(MessageId message, byte segment, string text)
    {
        Assert.True(Ledger.Accepted.TryGetValue(message, out AcceptedMessage accepted), $"{message} left and was never kept");
        if (accepted.IsReply)
        {
            Assert.StartsWith("Acme:", text, StringComparison.Ordinal);
            texts[message] = text;
            return;
        }

        Assert.True(posted.TryGetValue(text, out Posted? of), $"{message} left with the text {text}, which nobody posted");
        Assert.True(texts.TryAdd(message, text) || texts[message] == text, $"{message} left with the texts {texts.GetValueOrDefault(message)} and {text}");
        Assert.True(of.Outcome != AcceptOutcome.Accepted || of.Request.HasIdempotencyKey || of.Id == message, $"{text} was accepted as {of.Id} and left as {message}");
        Assert.False(Ledger.IsSent(message, segment), $"segment {segment} of {message} is kept as sent and was handed out again");
    }

    /// <summary>A segment leaves the house; returns the key of its receipt.</summary>
    public ulong OnWritten(ChaosFlight flight, int silo, int provider)
    {
        LookAtAnswers();
        (MessageId message, byte segment, OutcomeKind kind) = (flight.Message, flight.Segment, flight.Kind);
        AcceptedMessage accepted = Ledger.Accepted[message];
        Assert.True(!accepted.IsDormant || Ledger.IsFallbackDone(message), $"{message} left, a fallback that was not woken");
        Assert.False(cancelled.Contains(message), $"{message} left after its cancel was answered");
        Assert.False(!accepted.ConfirmsStop && Ledger.Forbids(accepted.Contact, accepted.Purpose), $"segment {segment} of {message} left, which flags answered before forbid");
        Assert.False(accepted.Purpose == Purpose.Marketing && IsQuiet(), $"segment {segment} of {message} left in quiet hours, at {Time.GetUtcNow():T}");
        Limits.Written(flight, silo, provider, accepted, Ledger.IsSentInPart(message), leaves: kind != OutcomeKind.Throttled, Time.GetTimestamp() / (Time.TimestampFrequency / 1_000));
        bool carried = kind == OutcomeKind.Sent || (kind == OutcomeKind.Unknown && Chance(0.5));
        return carried ? Carriers.Take(accepted.Segments > 1) : 0;
    }

    // By the wall clock alone; a clock that was set since the release was given cannot be known to whoever holds it.
    private bool IsQuiet() => quietHours is { } quiet
        && Time.GetTimestamp() - clockSetAt > Options.ReleaseMs * (Time.TimestampFrequency / 1_000)
        && Time.GetUtcNow().ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture) is var wall
        && string.CompareOrdinal(wall, quiet.From) >= 0 && string.CompareOrdinal(wall, quiet.To) < 0;

    /// <summary>The provider tells what became of a segment.</summary>
    public void OnTold(ChaosFlight flight, OutcomeKind kind)
    {
        if (kind == OutcomeKind.Sent)
        {
            Limits.Taken(flight.Message, flight.Epoch);
        }
    }

    private string? WhatIsBroken() =>
        WhatIsUnanswered() ?? WhatIsBrokenOfMessages() ?? WhatIsBrokenOfWritings() ?? WhatIsBrokenOfReceipts() ?? WhatIsBrokenOfFallbacks() ?? WhatIsLeftInSilos();

    private string? WhatIsUnanswered()
    {
        foreach (Posted one in posted.Values)
        {
            bool owesAnswer = one.Intake == Intake.Queued && postedTo[one].IsAlive;
            if (one.Answers > 1 || (owesAnswer && one.Answers == 0))
            {
                return $"{one.Text} was answered {one.Answers} times";
            }
        }

        return flagsAsked.Count + cancelsAsked.Count + looksAsked.Count + talksAsked.Count + inbounds.Count > 0
            ? $"{flagsAsked.Count} changes of flags, {cancelsAsked.Count} cancels, {looksAsked.Count} looks, {talksAsked.Count} changes of conversations, {inbounds.Count} inbound messages have no answer"
            : Store.Conversations().Any(static c => c.Facts.IsUnheard) ? "an inbound message was never heard of"
            : Phones.Owed + Phones.Unanswered > 0 ? $"{Phones.Owed} writings are owed and {Phones.Unanswered} have no answer"
            : Carriers.Owed + Carriers.Unanswered > 0 ? $"{Carriers.Owed} receipts are owed and {Carriers.Unanswered} have no answer" : null;
    }

    private string? WhatIsBrokenOfMessages()
    {
        var stored = Store.Snapshot().ToDictionary(static m => m.Accepted.Id);
        var firsts = new Dictionary<UInt128, MessageId>();
        foreach (Posted one in posted.Values.Where(static p => p.Outcome == AcceptOutcome.Accepted))
        {
            if (!stored.ContainsKey(one.Id))
            {
                return $"{one.Text} was accepted as {one.Id}, which is not kept";
            }

            if (one.Request.HasIdempotencyKey && !firsts.TryAdd(one.Request.IdempotencyKey, one.Id) && firsts[one.Request.IdempotencyKey] != one.Id)
            {
                return $"idempotency key {one.Request.IdempotencyKey} was answered with two messages";
            }
        }

        if (stored.Values.Where(static m => m.Accepted.HasIdempotencyKey).GroupBy(static m => m.Accepted.IdempotencyKey).FirstOrDefault(static g => g.Count() > 1) is { } twice)
        {
            return $"idempotency key {twice.Key} has {twice.Count()} messages";
        }

        ILookup<MessageId, CarrierSegment> receipts = Carriers.Receipts
            .Where(r => r.Acknowledged && Ledger.SentKeys.ContainsKey(r.Key))
            .ToLookup(r => Ledger.SentKeys[r.Key].Message, r => new CarrierSegment(Ledger.SentKeys[r.Key].Segment, r.Status));
        foreach ((AcceptedMessage accepted, MessageStatus status, IReadOnlyList<StoredEvent> events) in stored.Values)
        {
            if (accepted.Direction == MessageDirection.Inbound)
            {
                if (status < MessageStatus.Delivered)
                {
                    return $"inbound {accepted.Id} is {status}";
                }

                continue;
            }

            string story = $"{accepted.Id} ({accepted.Segments} segments): {string.Join(' ', events.Select(static e => $"{e.Status}({e.Reason} {e.Provider} {e.AtMs % 1_000_000})"))}; receipts {string.Join(' ', receipts[accepted.Id])}";
            if (!IsInOrder([.. events.Select(static e => e.Status)]))
            {
                return "statuses out of order: " + story;
            }

            if (cancelled.Contains(accepted.Id) && status != MessageStatus.Cancelled)
            {
                return "cancelled, it was answered: " + story;
            }

            if (events.Any(static e => e.Status == MessageStatus.Sent) && status != StatusBy([.. receipts[accepted.Id]], accepted.Segments))
            {
                return $"not {StatusBy([.. receipts[accepted.Id]], accepted.Segments)}, as its receipts say: {story}";
            }
        }

        return null;
    }

    // accepted, queued any number of times, then one end; or sent, and after it one that receipts brought; read may follow delivered.
    private static bool IsInOrder(MessageStatus[] statuses)
    {
        int at = 1;
        while (at < statuses.Length && statuses[at] == MessageStatus.Queued)
        {
            at++;
        }

        if (at < statuses.Length && statuses[at] == MessageStatus.Sent && ++at == statuses.Length)
        {
            return true;
        }

        if (at + 1 < statuses.Length && statuses[at] == MessageStatus.Delivered && statuses[at + 1] == MessageStatus.Read)
        {
            at++;
        }

        return statuses[0] == MessageStatus.Accepted && at == statuses.Length - 1 && statuses[at] >= MessageStatus.Delivered;
    }

    private static MessageStatus StatusBy(CarrierSegment[] receipts, int segments) =>
        receipts.Any(static r => r.Status == MessageStatus.Read) ? MessageStatus.Read
        : receipts.Any(static r => r.Status == MessageStatus.Undelivered) ? MessageStatus.Undelivered
        : receipts.Where(static r => r.Status == MessageStatus.Delivered).Select(static r => r.Segment).Distinct().Count() == segments ? MessageStatus.Delivered
        : MessageStatus.Sent;

    // What was acknowledged is told: once where it is known again, a part in one message.
    private string? WhatIsBrokenOfWritings()
    {
        string[] told = [.. Store.Snapshot()
            .Where(static m => m.Accepted is { Direction: MessageDirection.Inbound, IsPart: false })
            .Select(m => Encoding.UTF8.GetString(MessageRecord.Read(silos[0].Journal.FindMessageAsync(1, m.Accepted.Id, CancellationToken.None).AsTask().GetAwaiter().GetResult()!.Record).Text))];
        foreach (ChaosPhones.Writing writing in Phones.All.Where(static w => w.Acknowledged))
        {
            int times = told.Count(t => writing.Parts == 1 ? t == writing.Text : t.Contains(writing.Text, StringComparison.Ordinal));
            if (times == 0 || (times > 1 && writing.IsKnownAgain))
            {
                return $"'{writing.Text}' (id '{writing.Id}', part {writing.Part} of {writing.Parts}) was acknowledged and is told {times} times";
            }
        }

        return null;
    }

    private string? WhatIsBrokenOfReceipts()
    {
        // One that no message wants is still kept.
        HashSet<(ulong, MessageStatus)> unmatched = [.. Store.Unmatched().Select(static u => (u.ReceiptKey, u.Status))];
        ChaosCarriers.CarrierReceipt? lost = Carriers.Receipts.FirstOrDefault(r => r.Acknowledged && !Ledger.SentKeys.ContainsKey(r.Key) && !unmatched.Contains((r.Key, r.Status)));
        return lost is null ? null : $"receipt {lost.Key:x} was acknowledged, belongs to no message and is not kept";
    }

    private string? WhatIsLeftInSilos()
    {
        foreach (ChaosSilo silo in silos)
        {
            if (silo.Engine.States().FirstOrDefault(s => silo.Engine.OwnerOf(s.Shard) is { Shard.TracedCount: > 0 }) is { Epoch: > 0 } left)
            {
                return $"silo {silo.Number} still has traces of messages that ended: {left}";
            }

            if (silo.Engine.Waiting.Of(1) != 0 || silo.Engine.States().Any(static s => s.Waiting != 0))
            {
                return $"silo {silo.Number} says that {silo.Engine.Waiting.Of(1)} wait; its shards: {string.Join(' ', silo.Engine.States())}";
            }

            if (silo.Engine.Dispatcher.Links.FirstOrDefault(static l => l.InFlight != 0 || l.Unkept != 0) is { } link)
            {
                return $"silo {silo.Number}, provider {link.Account.Name}: {link.InFlight} in flight, {link.Unkept} not kept";
            }

            if (silo.Engine.Dispatcher.Asks != 0)
            {
                return $"silo {silo.Number}: {silo.Engine.Dispatcher.Asks} asks have no answer";
            }
        }

        return null;
    }

    private string Situation() => string.Join('\n', silos.Select(s =>
        $"silo {s.Number}: {string.Join(' ', s.Engine.States())}, {s.Engine.Receipts.UnmatchedCount} unmatched, {s.Journal.AtWork} with the journal, "
        + $"{string.Join(' ', ShardsOfKeys.Select(shard => $"{shard}: pending {s.Engine.OwnerOf(shard)?.Shard.Pending.Count}"))}, {s.Engine.Dispatcher.Asks} asks, epochs {string.Join(' ', ShardsOfKeys.Select(Store.EpochOf))}"));

    // A lost ownership is part of the game; an owner that is wrong about itself is not.
    private void LookAtLogs()
    {
        Assert.Equal(0, Sealer.SealedTwiceCount);
        string? failed = Logs.Lines.FirstOrDefault(static l => l.Contains("gives up", StringComparison.Ordinal) && !l.Contains("the store could not read", StringComparison.Ordinal));
        Assert.True(failed is null, failed);
    }

    private readonly record struct CarrierSegment(byte Segment, MessageStatus Status);
}
