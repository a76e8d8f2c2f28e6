using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Dispatch;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <content>The loop: answers first, then urgent commands, then the next part.</content>
internal sealed partial class ShardOwner
{
    private const int RefusedHoldMs = 200;
    private readonly IReadOnlyList<UnfinishedMessage> recovering;
    private int recovered;
    private int recoveringLeft;
    private int acceptCount;
    private int acceptAt;
    private readonly List<FlagsTask> flagsWaiting = [];
    private readonly List<CancelTask> cancelsHeld = [];
    private int urgentAt;
    private int urgentCount;
    private bool lastRefused;

    /// <inheritdoc/>
    protected override bool Step()
    {
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
            End(lost: true);
            return false;
        }
    }

    private bool StepOwned()
    {
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

        if (stopping && (IsRecovering || lastRefused || (flagsWaiting.Count == 0 && shard.Pending.Count == 0)))
        {
            End(lost: false);
            return false;
        }

        return (worked | (IsRecovering ? RecoverSome() : BuildPart())) && !ended;
    }

    private bool IsRecovering => recovered < recovering.Count;

    // Nothing is taken any more; what is under way is kept first.
    private void RefuseAccepts()
    {
        accepts.Close();
        RefuseQueued();
        acceptAt = 0;
        acceptCount = accepts.Take(ref acceptBatch);
        RefuseQueued();
        SignalRoom();
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
            shard.OfferAll();
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
                case CommandKind.Receipt:
                    shard.OnReceipt((ReceiptTask)command.Target!);
                    break;
                case CommandKind.Flags:
                    flagsWaiting.Add((FlagsTask)command.Target!);
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
                case CommandKind.Reroute:
                    shard.Reroute(all: false);
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

    // Looks for rows that are not in memory among what comes next; reads them in one batch, else builds the part at once.
    private bool BuildPart()
    {
        // Not while it stops: a refused part ends it then, and until the hold is over it would only spin.
        if (!stopping && engine.Timestamp < holdUntil && !accepts.HasItems && acceptAt == acceptCount && flagsWaiting.Count == 0)
        {
            return false;
        }

        if (acceptAt == acceptCount)
        {
            acceptAt = 0;
            acceptCount = accepts.Take(ref acceptBatch);
            SignalRoom();
        }

        if (acceptAt == acceptCount && flagsWaiting.Count == 0 && shard.Pending.Count == 0)
        {
            return false;
        }

        contactRead.Contacts.Clear();
        contactRead.Failed = false;
        int end = Math.Min(acceptCount, acceptAt + engine.Options.AcceptBatchMax);
        for (int i = acceptAt; i < end; i++)
        {
            AskIfMissing(acceptBatch[i].Contact, acceptBatch[i].Tenant!.Number);
        }

        foreach (FlagsTask task in flagsWaiting)
        {
            AskIfMissing(task.Contact, task.Tenant);
        }

        if (contactRead.Contacts.Count > 0 && !engine.Journal.ReadContacts(contactRead))
        {
            contactsUnderWay = true;
            return true;
        }

        OnContacts();
        return true;
    }

    private void AskIfMissing(ContactId contact, int tenant)
    {
        if (shard.FindRow(contact) < 0)
        {
            ref StoredContact asked = ref contactRead.Contacts.Add();
            asked.Contact = contact;
            asked.DeparturesFromMs = shard.DeparturesFromMs(tenant);
        }
    }

    private void OnContacts()
    {
        if (IsRecovering)
        {
            RecoverRead();
            return;
        }

        if (contactRead.Failed)
        {
            FailWaiting();
            return;
        }

        foreach (ref StoredContact contact in contactRead.Contacts.Span)
        {
            shard.Pin(shard.AddRow(contact, contactRead)); // pinned until every command of this part has pinned it for itself
        }

        FillPart();
        foreach (ref StoredContact contact in contactRead.Contacts.Span)
        {
            shard.Unpin(shard.FindRow(contact.Contact));
        }

        contactRead.Contacts.Clear();
        Submit();
    }

    private void FillPart()
    {
        part.Clear();
        partRequests.Clear();
        partRows.Clear();
        int kept = 0;
        for (int i = 0; i < flagsWaiting.Count; i++)
        {
            FlagsTask task = flagsWaiting[i];
            int row = shard.FindRow(task.Contact);
            if (row < 0)
            {
                flagsWaiting[kept++] = task; // came after the rows were asked for: next part
                continue;
            }

            shard.Pin(row);
            shard.OnFlags(task, row);
        }

        flagsWaiting.RemoveRange(kept, flagsWaiting.Count - kept);
        shard.FillPart(part);
        int end = Math.Min(acceptCount, acceptAt + engine.Options.AcceptBatchMax);
        while (acceptAt < end)
        {
            AcceptRequest request = acceptBatch[acceptAt];
            int row = shard.FindRow(request.Contact);
            if (row < 0)
            {
                break; // taken from the queue after the rows were asked for: next part
            }

            acceptBatch[acceptAt++] = null!;
            shard.Pin(row);
            shard.Prepare(request, row, part);
            partRequests.Add(request);
            partRows.Add(row);
        }
    }

    private void Submit()
    {
        if (part.IsEmpty)
        {
            return;
        }

        partUnderWay = true;
        partSubmittedAt = engine.Timestamp;
        engine.Journal.Append(part);
    }

    private bool TakePart()
    {
        if (!partAnswered)
        {
            return false;
        }

        partAnswered = false;
        partUnderWay = false;
        lastRefused = part.Outcome == PartOutcome.Refused;
        switch (part.Outcome)
        {
            case PartOutcome.Kept:
                InterlockedMax(ref leaseEnd, partSubmittedAt + engine.Ticks(LeaseMs));
                SetClocks();
                AnswerRequests();
                shard.ApplyAccepted(part, partRows.Span);
                shard.ApplySteps(Math.Max(engine.Timestamp + engine.Ticks(engine.Options.ReleaseMs), certainFrom), engine.Timestamp < certainFrom);
                break;
            case PartOutcome.Refused:
                shard.Undo(part, partRows.Span);
                shard.RefuseSteps();
                RefuseRequests();
                holdUntil = engine.Timestamp + engine.Ticks(RefusedHoldMs);
                break;
            case PartOutcome.Fenced or PartOutcome.Unknown:
                engine.Log.ShardLost(Number, Epoch, part.Outcome);
                RefuseRequests();
                End(lost: true);
                break;
            default:
                throw new InvalidOperationException($"no such outcome: {part.Outcome}");
        }

        return true;
    }

    private void AnswerRequests()
    {
        for (int i = 0; i < partRequests.Count; i++)
        {
            ref AcceptedMessage message = ref part.Accepted[i];
            AcceptRequest request = partRequests[i];
            request.Outcome = message.Kept == KeptAs.OtherBody ? AcceptOutcome.OtherBody : AcceptOutcome.Accepted;
            request.Id = message.Kept == KeptAs.Repeat ? message.FirstId : message.Id;
            request.Conversation = new ConversationId(message.Contact, message.Sender);
            request.Listener!.Completed(request);
        }

        partRequests.Clear();
    }

    private void RefuseRequests()
    {
        foreach (AcceptRequest request in partRequests)
        {
            Refuse(request);
        }

        partRequests.Clear();
    }

    private void Refuse(AcceptRequest request)
    {
        engine.Waiting.Decrement(request.Tenant!.Number);
        request.Outcome = AcceptOutcome.Unavailable;
        request.Listener!.Completed(request);
    }

    private bool RecoverSome()
    {
        contactRead.Contacts.Clear();
        contactRead.Failed = false;
        int end = Math.Min(recovering.Count, recovered + engine.Options.AcceptBatchMax);
        for (int i = recovered; i < end; i++)
        {
            AskIfMissing(recovering[i].Accepted.Contact, recovering[i].Accepted.Tenant);
        }

        if (contactRead.Contacts.Count > 0 && !engine.Journal.ReadContacts(contactRead))
        {
            contactsUnderWay = true;
            return true;
        }

        RecoverRead();
        return true;
    }

    private void RecoverRead()
    {
        if (contactRead.Failed)
        {
            throw new IOException("the store could not read the contacts of unfinished messages");
        }

        foreach (ref StoredContact contact in contactRead.Contacts.Span)
        {
            shard.Pin(shard.AddRow(contact, contactRead));
        }

        int end = Math.Min(recovering.Count, recovered + engine.Options.AcceptBatchMax);
        for (; recovered < end; recovered++)
        {
            UnfinishedMessage unfinished = recovering[recovered];
            int row = shard.FindRow(unfinished.Accepted.Contact);
            if (row < 0)
            {
                break; // dropped while others were added: asked for again
            }

            engine.Waiting.Increment(unfinished.Accepted.Tenant);
            shard.Recover(unfinished, row);
        }

        foreach (ref StoredContact contact in contactRead.Contacts.Span)
        {
            shard.Unpin(shard.FindRow(contact.Contact));
        }

        contactRead.Contacts.Clear();
        recoveringLeft = recovering.Count - recovered;
    }

    private void RefuseQueued()
    {
        while (acceptAt < acceptCount)
        {
            AcceptRequest request = acceptBatch[acceptAt];
            acceptBatch[acceptAt++] = null!;
            Refuse(request);
        }
    }

    private void FailWaiting()
    {
        RefuseQueued();
        foreach (FlagsTask task in flagsWaiting)
        {
            task.Answer.TrySetResult(null);
        }

        flagsWaiting.Clear();
        if (!contactsUnderWay)
        {
            contactRead.Contacts.Clear();
        }

        holdUntil = engine.Timestamp + engine.Ticks(RefusedHoldMs);
    }

    private void End(bool lost)
    {
        ended = true;
        stopping = true;
        accepts.Close();
        RefuseRequests();
        FailWaiting();
        shard.Abandon();
        foreach (CancelTask task in cancelsHeld)
        {
            task.Answer.TrySetResult(CancelOutcome.Unavailable);
        }

        cancelsHeld.Clear();
        for (; urgentAt < urgentCount; urgentAt++)
        {
            RefuseCommand(ref urgentBatch[urgentAt]); // a fault in the middle of a batch
        }

        AnswerQueues();
        SignalRoom();
        engine.Ended(this, lost);
    }

    // After the end: whoever still waits is answered.
    private void AnswerQueues()
    {
        acceptCount = accepts.Take(ref acceptBatch);
        acceptAt = 0;
        FailWaiting();
        int count = urgent.Take(ref urgentBatch);
        for (int i = 0; i < count; i++)
        {
            RefuseCommand(ref urgentBatch[i]);
        }
    }

    private void RefuseCommand(ref UrgentCommand command)
    {
        switch (command.Target)
        {
            case ReleaseAsk ask:
                ask.Clear();
                engine.Dispatcher.Answered(ask);
                break;
            case ReceiptTask receipt:
                engine.NotKept(receipt);
                break;
            case FlagsTask flags:
                flags.Answer.TrySetResult(null);
                break;
            case CancelTask cancel:
                cancel.Answer.TrySetResult(CancelOutcome.Unavailable);
                break;
            case PeekTask peek:
                peek.Answer.TrySetResult(default);
                break;
            default:
                if (command.Kind == CommandKind.Outcome)
                {
                    engine.Receipts.Forget(command.Outcome.ReceiptKey);
                    engine.Dispatcher.OutcomeKept(command.Outcome.Provider);
                }

                break;
        }

        command.Target = null;
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
