using System.Text;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <content>What must hold once all has come to rest.</content>
internal sealed partial class SimulationRun
{
    private string? WhatIsBroken()
    {
        if (WhatIsUnanswered() is { } unanswered)
        {
            return unanswered;
        }

        var stored = Store.Snapshot().ToDictionary(static m => m.Accepted.Id);
        return WhatIsBrokenOfAnswers(stored) ?? WhatIsBrokenOfMessages(stored) ?? WhatIsBrokenOfWritings(stored) ?? WhatIsBrokenOfReceipts() ?? WhatIsBrokenOfFallbacks(stored) ?? WhatIsBrokenOfEvents(stored)
            ?? Streams?.WhatIsBroken(silos) ?? WhatIsLeftInSilos();
    }

    private string? WhatIsUnanswered()
    {
        Posted? wrong = posts.Find(static p => p.Answers > 1 || (p.IsOwed && p.Door.IsAlive && p.Answers == 0));
        return wrong is not null ? $"{wrong.Wish.Text} was answered {wrong.Answers} times"
            : flagsAsked.Count + cancelsAsked.Count + looksAsked.Count + talksAsked.Count + purges.Count + Network.UnderWay > 0
            ? $"{flagsAsked.Count} changes of flags, {cancelsAsked.Count} cancels, {looksAsked.Count} looks, {talksAsked.Count} changes of conversations, {purges.Count} purges, {Network.UnderWay} calls have no answer: {Network}"
            : Store.Conversations().Any(static c => c.Facts.IsUnheard) ? "an inbound message was never heard of"
            : Phones.Owed + Phones.Unanswered > 0 ? $"{Phones.Owed} writings are owed and {Phones.Unanswered} have no answer"
            : OwedCount() + Carriers.Unanswered > 0 ? $"{OwedCount()} receipts are owed and {Carriers.Unanswered} have no answer" : null;
    }

    // While no more receipts without a message can be held, they are told for ever.
    private int OwedCount() => silos.Any(static s => s.Engine.Receipts.UnmatchedFull) ? Carriers.Owed.Count(r => Ledger.SentKeys.ContainsKey(r.Key)) : Carriers.Owed.Count;

    // What was answered as kept is kept, with the content that was posted; of one key, once.
    private string? WhatIsBrokenOfAnswers(Dictionary<MessageId, (AcceptedMessage Accepted, MessageStatus Status, IReadOnlyList<StoredEvent> Events)> stored)
    {
        foreach (Posted one in posts)
        {
            if (one.IsAccepted && (!stored.ContainsKey(one.Id) || Ledger.WishOf(one.Id) != one.Wish))
            {
                return $"{one.Wish.Text} was accepted as {one.Id}, which is {(stored.ContainsKey(one.Id) ? Ledger.WishOf(one.Id)!.Text : "not kept")}";
            }

            if (one.Outcome == AcceptOutcome.OtherBody && Ledger.MessageOf(one.Wish.Text) is { } kept)
            {
                return $"{one.Wish.Text} was refused as another body of its key, and is kept as {kept}";
            }
        }

        var twice = stored.Values.Where(static m => m.Accepted is { HasIdempotencyKey: true, Direction: MessageDirection.Outbound }).GroupBy(static m => m.Accepted.IdempotencyKey).FirstOrDefault(static g => g.Count() > 1);
        return twice is null ? null : $"idempotency key {twice.Key} has {twice.Count()} messages";
    }

    private string? WhatIsBrokenOfMessages(Dictionary<MessageId, (AcceptedMessage Accepted, MessageStatus Status, IReadOnlyList<StoredEvent> Events)> stored)
    {
        // Those whose key is kept as sent: of a try whose outcome was lost nobody knows whose it is.
        ILookup<MessageId, (int Segment, string Status)> receipts = Carriers.Receipts
            .Where(r => r.Acknowledged && Ledger.IsSentAs(r.Key, r.Message, r.Segment))
            .ToLookup(static r => r.Message, static r => ((int)r.Segment, r.Status.ToString()));
        foreach ((AcceptedMessage accepted, MessageStatus status, IReadOnlyList<StoredEvent> events) in stored.Values)
        {
            if (accepted.Direction == MessageDirection.Inbound)
            {
                if (status < MessageStatus.Delivered && accepted.Tenant != 0)
                {
                    return $"inbound {accepted.Id} is {status}";
                }

                continue;
            }

            string[] life = [.. events.Select(static e => e.Status.ToString())];
            (int Segment, string Status)[] came = [.. receipts[accepted.Id]];
            string byReceipts = Rules.StatusBy(came, accepted.Segments);
            string? wrong = !Rules.IsLife(life) ? "statuses out of order"
                : cancelled.Contains(accepted.Id) && status != MessageStatus.Cancelled ? "cancelled, it was answered"
                : (life.Contains("Sent") || status is MessageStatus.Delivered or MessageStatus.Read) && status.ToString() != byReceipts ? $"not {byReceipts}, as its receipts say" : null;
            if (wrong is not null)
            {
                string story = string.Join(' ', events.Select(static e => $"{e.Status}({e.Reason} {e.Provider} {e.AtMs % 1_000_000})"));
                return $"{wrong}: {accepted.Id} ({accepted.Segments} segments): {story}; receipts {string.Join(' ', came)}";
            }
        }

        return null;
    }

    // What was acknowledged is told: once where it is known again, a part in one message.
    private string? WhatIsBrokenOfWritings(Dictionary<MessageId, (AcceptedMessage Accepted, MessageStatus Status, IReadOnlyList<StoredEvent> Events)> stored)
    {
        (int Tenant, string Text)[] told = [.. stored.Values
            .Where(static m => m.Accepted is { Direction: MessageDirection.Inbound, IsPart: false, Tenant: not 0 })
            .Select(m => (m.Accepted.Tenant, Encoding.UTF8.GetString(MessageRecord.Read(silos[0].Journal.FindMessageAsync(m.Accepted.Tenant, m.Accepted.Id, CancellationToken.None).AsTask().GetAwaiter().GetResult()!.Record).Text)))];
        foreach (IGrouping<(int, string), Phones.Writing> same in Phones.All.GroupBy(static w => (w.Tenant, w.Text)))
        {
            Phones.Writing writing = same.First();
            int times = told.Count(t => t.Tenant == writing.Tenant && (writing.Parts == 1 ? t.Text == writing.Text : t.Text.Contains(writing.Text, StringComparison.Ordinal)));
            int acknowledged = same.Count(static w => w.Acknowledged);

            // A STOP that comes again is taken again where the person, or the tenant, has given since.
            bool isKnownAgain = writing.IsKnownAgain && !(writing.Parts == 1 && writing.Text.StartsWith("stop", StringComparison.Ordinal)) && !(writing.Parts > 1 && (ClockWasSet || Phones.IsReferenceUsedAgain(writing))); // told again 15 minutes later it is a later message's, too
            if (times < acknowledged || (times > same.Count() && isKnownAgain))
            {
                return $"'{writing.Text}' (id '{writing.Id}', part {writing.Part} of {writing.Parts}, reference {writing.Reference}) was acknowledged {acknowledged} times, of {same.Count()} that were written, and is told {times} times";
            }

            if (writing.Parts > 1 && Phones.IsReferenceUsedAgain(writing))
            {
                Coverage.Count("act: a reference used again");
            }
        }

        return null;
    }

    private string? WhatIsBrokenOfReceipts()
    {
        // One that no message wants is still kept, or another under its key after which it says nothing new: only read does, after delivered.
        ILookup<ulong, MessageStatus> unmatched = Store.Unmatched().ToLookup(static u => u.ReceiptKey, static u => u.Status);
        Carriers.CarrierReceipt? lost = Carriers.Receipts.FirstOrDefault(r => r.Acknowledged && !Ledger.SentKeys.ContainsKey(r.Key)
            && unmatched[r.Key].All(kept => kept == MessageStatus.Delivered && r.Status == MessageStatus.Read));
        return lost is null ? null : $"receipt {lost.Key:x} was acknowledged, belongs to no message and is not kept";
    }

    private string? WhatIsBrokenOfFallbacks(Dictionary<MessageId, (AcceptedMessage Accepted, MessageStatus Status, IReadOnlyList<StoredEvent> Events)> stored)
    {
        foreach ((AcceptedMessage message, MessageStatus status, IReadOnlyList<StoredEvent> events) in stored.Values.Where(static m => m.Accepted.Fallback != default))
        {
            (AcceptedMessage fallback, MessageStatus itsStatus, _) = stored[message.Fallback];
            bool[] verdicts = [.. events.Select(static e => Rules.Wakes(e.Status.ToString(), e.Reason.ToString())).OfType<bool>().Take(1)];
            bool wakes = verdicts is [true];
            string story = $"{message.Id} is {status}, its fallback {fallback.Id} {itsStatus}, woken {Ledger.IsFallbackDone(fallback.Id)}, after {message.FallbackAfterSeconds} s";
            if (Ledger.IsFallbackDone(fallback.Id) && !wakes && message.FallbackAfterSeconds == 0)
            {
                return "a fallback goes beside its message: " + story;
            }

            // One that has no time beyond its message's is done with as that ends. A clock set back between the two leaves it dormant, and a message handed in again cancels it then (seed 950685).
            bool isLeftBehind = message.FallbackAfterSeconds == 0 && status == MessageStatus.Expired && ClockWasSet;
            if (wakes && itsStatus == MessageStatus.Cancelled && !isLeftBehind && !purgedQueues.Contains((fallback.Tenant, fallback.Id.Shard)))
            {
                return "a fallback was cancelled, and nobody asked for it: " + story;
            }

            // It is woken as its message's end is kept; while there is trouble that may fail again and again, so only one that had time after it is missed.
            long decidedMs = wakes ? events.First(static e => Rules.Wakes(e.Status.ToString(), e.Reason.ToString()) is not null).AtMs : message.ValidUntilMs;
            bool due = (wakes || (message.FallbackAfterSeconds > 0 && verdicts.Length == 0)) && Math.Max(decidedMs, SettledFromMs) < fallback.ValidUntilMs - 10_000;
            if (due && !Ledger.IsFallbackDone(fallback.Id) && itsStatus != MessageStatus.Cancelled && clockSetAt < 0)
            {
                return "a fallback was forgotten: " + story;
            }

            if (verdicts.Length > 0 && !Ledger.IsFallbackDone(message.Id))
            {
                return "a fallback is not done with: " + story;
            }
        }

        return null;
    }

    private string? WhatIsBrokenOfEvents(Dictionary<MessageId, (AcceptedMessage Accepted, MessageStatus Status, IReadOnlyList<StoredEvent> Events)> stored)
    {
        foreach (EventReaders reader in readers)
        {
            reader.Finish();
            Dictionary<MessageId, IReadOnlyList<StoredEvent>> own = stored.Values.Where(m => m.Accepted.Tenant == reader.Tenant && !m.Accepted.IsPart).ToDictionary(static m => m.Accepted.Id, static m => m.Events);
            if (reader.WhatIsBroken(own) is { } broken)
            {
                return broken;
            }
        }

        return null;
    }

    private string? WhatIsLeftInSilos()
    {
        foreach (SimulatedSilo silo in silos)
        {
            if (silo.Engine.States().FirstOrDefault(s => silo.Engine.OwnerOf(s.Shard) is { Shard.TracedCount: > 0 }) is { Epoch: > 0 } traced)
            {
                return $"silo {silo.Number} still has traces of messages that ended: {traced}";
            }

            int waiting = Plan.Tenants.Sum(t => (int)silo.Engine.Waiting.Of(t.Number));
            if (waiting != 0 || silo.Engine.States().Any(static s => s.Waiting != 0))
            {
                return $"silo {silo.Number} says that {waiting} wait; its shards: {string.Join(' ', silo.Engine.States())}";
            }

            if (silo.Engine.Dispatcher.Links.FirstOrDefault(static l => l.InFlight != 0 || l.Unkept != 0) is { } link)
            {
                return $"silo {silo.Number}, provider {link.Account.Name}: {link.InFlight} in flight, {link.Unkept} not kept";
            }

            // At rest nothing is reserved, and all that was spent is known where there is one.
            if (SiloCount == 1 && Plan.Tenants.FirstOrDefault(t => silo.Engine.Credit.CommittedOf(t.Number) != silo.SpentOf(t.Number) * 1_000_000L) is { } tenant)
            {
                return $"{silo.Engine.Credit.CommittedOf(tenant.Number)} of tenant {tenant.Number}'s credit is committed, it spent {silo.SpentOf(tenant.Number)} units";
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
        Violation.Unless(Sealer.SealedTwiceCount == 0, $"{Sealer.SealedTwiceCount} messages were sealed twice");
        string? failed = Logs.Lines.FirstOrDefault(static l => l.Contains("gives up", StringComparison.Ordinal) && !l.Contains("the store could not read", StringComparison.Ordinal));
        Violation.Unless(failed is null, $"{failed}");
    }
}
