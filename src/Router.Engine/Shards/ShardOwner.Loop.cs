using Router.Core.Tenants;
using Router.Engine.Conversations;
using Router.Engine.Dispatch;
using Router.Engine.Inbound;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <content>The loop: answers first, then urgent commands, then the next part.</content>
internal sealed partial class ShardOwner
{
    private const int QueueProofMs = 5_000;
    private const long TrimEveryMs = 10_000;
    private int acceptCount;
    private int acceptAt;
    private readonly List<FlagsTask> flagsWaiting = [];
    private readonly InboundQueue inboundWaiting = new();
    private readonly List<CancelTask> cancelsHeld = [];
    private readonly List<QueueTask> queueTasks = [];
    private int urgentAt;
    private int urgentCount;
    private bool lastRefused;

    /// <inheritdoc/>
    protected override bool Step()
    {
        if (before is not null)
        {
            if (!before.finished)
            {
                return false; // it wakes this one
            }

            before = null;
        }

        if (failed && !ended)
        {
            return EndFailed();
        }

        if (ended)
        {
            partAnswered = contactsAnswered = recordsAnswered = tickDue = false;
            Interlocked.Exchange(ref nextConfiguration, null);
            AnswerQueues();
            return urgent.HasItems;
        }

        try
        {
            return StepOwned();
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // A shard that is wrong about itself must not go on: a new epoch reads storage (STYLE 24: fail the partition).
            engine.Log.ShardFailed(Number, fault);
            failed = true;
            stopping = true;
            accepts.Close();
            return EndFailed();
        }
    }

    private bool StepOwned()
    {
        if (taken is { } from)
        {
            taken = null;
            Begin(from);
        }

        SetClocks();
        bool worked = TakePart();
        if (ended)
        {
            return false;
        }

        if (stopping)
        {
            RefuseAccepts();
        }

        worked |= TakeConfiguration() | TakeRecords();
        worked |= TakeTick();
        worked |= ServeUrgent();
        if (hearing.Count > 0)
        {
            TellListener();
        }

        if (contactsAnswered)
        {
            contactsAnswered = false;
            contactsUnderWay = false;
            worked = true;
            OnContacts();
        }

        if (partUnderWay || contactsUnderWay || ended)
        {
            return worked && !ended;
        }

        worked |= ServeQueueTasks();
        TrimIfDue();
        if (stopping && (IsRecovering || lastRefused || (flagsWaiting.Count == 0 && conversationsWaiting.Count == 0 && inboundWaiting.Contacts == 0 && shard.Pending.Count == 0)))
        {
            End(lost: false);
            return false;
        }

        return (worked | (IsRecovering ? RecoverSome() : BuildPart())) && !ended;
    }

    // Between parts, when nothing prepared waits either.
    private void TrimIfDue()
    {
        if (engine.MonotonicMs - lastTrim >= TrimEveryMs && shard.Pending.Count == 0 && queueTasks.Count == 0 && !IsRecovering)
        {
            lastTrim = engine.MonotonicMs;
            shard.Trim();
        }
    }

    private void SetClocks()
    {
        shard.NowMs = engine.UnixMs;
        shard.MonotonicMs = engine.MonotonicMs;
        long now = engine.Timestamp;
        bool might = shard.MayRelease;
        shard.MayRelease = !stopping && (engine.Journal.Exclusive || (now >= firstRelease && now < Volatile.Read(ref leaseEnd)));
        if (!might && shard.MayRelease)
        {
            shard.OfferAll();
        }
    }

    private bool TakeConfiguration()
    {
        Configuration? configuration = Interlocked.Exchange(ref nextConfiguration, null);
        if (configuration is null)
        {
            return false;
        }

        shard.Configuration = configuration;
        shard.Reroute(all: true);
        shard.DecideQuietAnew();
        return true;
    }

    private bool TakeTick()
    {
        if (!tickDue)
        {
            return false;
        }

        tickDue = false;
        shard.Advance((uint)(engine.MonotonicMs / Shard.TickMs));
        if (cancelsHeld.Count > 0)
        {
            ServeHeldCancels();
        }

        if (shard.HasWaiters)
        {
            shard.AnswerWaiters(engine.Timestamp);
        }

        if (engine.MonotonicMs - lastTold >= 1_000)
        {
            lastTold = engine.MonotonicMs;
            shard.TellWaiting();
            shard.LookAtFallbacks();
            shard.TrimReadBack();
            shard.OfferAll();
            KeepHeard();
        }

        return true;
    }

    private bool ServeUrgent()
    {
        int count = urgent.Take(ref urgentBatch);
        urgentCount = count;
        if (count > 0)
        {
            SetClocks(); // not before what an outcome tells of: a departure counts at its outcome's time
        }

        for (urgentAt = 0; urgentAt < count; urgentAt++)
        {
            ref UrgentCommand command = ref urgentBatch[urgentAt];
            switch (command.Kind)
            {
                case CommandKind.Outcome:
                    shard.OnOutcome(command.Outcome);
                    break;
                case CommandKind.Receipt when IsRecovering:
                    receiptsHeld.Add((ReceiptTask)command.Target!); // its message may not be taken up yet
                    break;
                case CommandKind.Receipt:
                    shard.OnReceipt((ReceiptTask)command.Target!);
                    break;
                case CommandKind.Flags:
                    flagsWaiting.Add((FlagsTask)command.Target!);
                    break;
                case CommandKind.Inbound:
                    inboundWaiting.Add((InboundTask)command.Target!);
                    break;
                case CommandKind.DeadLetterDone:
                    shard.OnDeadLetterDone((DeadLetterTask)command.Target!);
                    break;
                case CommandKind.Cancel:
                    if (IsRecovering || engine.Timestamp < certainFrom)
                    {
                        cancelsHeld.Add((CancelTask)command.Target!);
                        break;
                    }

                    shard.OnCancel((CancelTask)command.Target!, engine.Timestamp, engine.Ticks(1_000));
                    break;
                case CommandKind.Ask:
                    Answer((ReleaseAsk)command.Target!);
                    break;
                case CommandKind.Peek:
                    var peek = (PeekTask)command.Target!;
                    peek.Answer.TrySetResult(shard.Peek(peek.Tenant, peek.Message));
                    break;
                case CommandKind.Watch:
                    shard.OnWatch((WatchTask)command.Target!);
                    break;
                case CommandKind.Conversation:
                    conversationsWaiting.Add((ConversationTask)command.Target!);
                    break;
                case CommandKind.Heard:
                    OnHeard((HeardAnswer)command.Target!);
                    break;
                case CommandKind.Unheard:
                    OnUnheard((IReadOnlyList<StoredConversation>?)command.Target);
                    break;
                case CommandKind.Notice:
                    shard.OnNotice((NoticeTask)command.Target!);
                    break;
                case CommandKind.Queue:
                    var queueTask = (QueueTask)command.Target!;
                    queueTask.AskedAt = engine.Timestamp;
                    queueTasks.Add(queueTask);
                    break;
                case CommandKind.Fallback when IsRecovering:
                    fallbacksHeld.Add((FallbackTask)command.Target!); // it may not be taken up yet
                    break;
                case CommandKind.Fallback:
                    shard.OnFallback((FallbackTask)command.Target!);
                    break;
                case CommandKind.FallbackSettled:
                    shard.OnFallbackSettled((PendingFallback)command.Target!);
                    break;
                case CommandKind.Reroute:
                    shard.Reroute(all: false);
                    break;
                case CommandKind.RerouteAll:
                    shard.Reroute(all: true);
                    break;
                default:
                    throw new InvalidOperationException($"no such command: {command.Kind}");
            }

            command.Target = null;
        }

        if (shard.HasWaiters && count > 0)
        {
            shard.AnswerWaiters(engine.Timestamp);
        }

        return count > 0;
    }

    // Cancels from before everything was taken up, or while an earlier owner may still send what it released.
    private void ServeHeldCancels()
    {
        if (IsRecovering || engine.Timestamp < certainFrom)
        {
            return;
        }

        foreach (CancelTask task in cancelsHeld)
        {
            shard.OnCancel(task, engine.Timestamp, engine.Ticks(1_000));
        }

        cancelsHeld.Clear();
    }

    // One that has lost its shard says "nothing waits" of what a younger owner keeps, and a tenant ends by that word: so only after a write or a renewal that was asked for since. Renewals come every 300 ms.
    private bool IsOwnedSince(long askedAt) => engine.Journal.Exclusive || Volatile.Read(ref leaseEnd) - engine.Ticks(LeaseMs) > askedAt;

    // One after the other, a slice a step. As cancels, not before everything was taken up and nothing of an earlier owner's can leave.
    private bool ServeQueueTasks()
    {
        if (queueTasks.Count == 0 || IsRecovering || engine.Timestamp < certainFrom)
        {
            return false;
        }

        if (!IsOwnedSince(queueTasks[0].AskedAt))
        {
            if (engine.Timestamp - queueTasks[0].AskedAt > engine.Ticks(QueueProofMs))
            {
                queueTasks[0].Answer.TrySetResult(null);
                queueTasks.RemoveAt(0);
                return queueTasks.Count > 0;
            }

            return false;
        }

        bool more = shard.GoOn(queueTasks[0]);
        if (queueTasks[0].Answer.Task.IsCompleted)
        {
            queueTasks.RemoveAt(0);
            return queueTasks.Count > 0;
        }

        return more;
    }

    private void Answer(ReleaseAsk ask)
    {
        ask.Clear();
        SetClocks(); // the lease at the moment of the release, however long the step takes
        if (shard.Release(ask, recordsUnderWay ? null : recordRead))
        {
            recordsUnderWay = true;
            engine.Journal.ReadRecords(recordRead);
        }

        engine.Dispatcher.Answered(ask);
    }

    private bool TakeRecords()
    {
        if (!recordsAnswered)
        {
            return false;
        }

        recordsAnswered = false;
        recordsUnderWay = false;
        shard.RecordsRead(recordRead);
        return true;
    }

    private void SignalRoom()
    {
        Interlocked.MemoryBarrier(); // the queue was emptied: seen by whoever set the signal before this look
        if (Volatile.Read(ref roomSignal) is null)
        {
            return;
        }

        TaskCompletionSource? signal;
        lock (roomGate)
        {
            signal = roomSignal;
            roomSignal = null;
        }

        signal?.TrySetResult();
    }
}
