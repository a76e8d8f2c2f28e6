using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Inbound;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <content>What is added to the next commit, and what becomes of it.</content>
internal sealed partial class ShardOwner
{
    // Looks for rows that are not in memory among what comes next; reads them in one batch, else builds the part at once.
    private bool BuildPart()
    {
        // Not while it stops: a refused part ends it then, and until the hold is over it would only spin.
        if (!stopping && engine.Timestamp < holdUntil && !accepts.HasItems && acceptAt == acceptCount && flagsWaiting.Count == 0 && inboundWaiting.Contacts == 0
            && conversationsWaiting.Count == 0)
        {
            return false;
        }

        if (acceptAt == acceptCount)
        {
            acceptAt = 0;
            acceptCount = accepts.Take(ref acceptBatch);
            SignalRoom();
        }

        if (acceptAt == acceptCount && flagsWaiting.Count == 0 && inboundWaiting.Contacts == 0 && conversationsWaiting.Count == 0 && shard.Pending.Count == 0 && !shard.HasJoins)
        {
            return false;
        }

        contactRead.Contacts.Clear();
        contactRead.Conversations.Clear();
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

        foreach (ConversationTask task in conversationsWaiting)
        {
            AskIfMissing(task.Id.Contact, task.Tenant);
            AskIfMissing(task.Tenant, task.Id);
        }

        int asked = 0;
        foreach (InboundTask task in inboundWaiting)
        {
            if (asked++ == engine.Options.AcceptBatchMax)
            {
                break;
            }

            AskIfMissing(task.Contact, task.Origin.Tenant);
            if (ConversationOf(task) is { } conversation)
            {
                AskIfMissing(task.Origin.Tenant, conversation);
            }
        }

        if (shard.HasJoins)
        {
            foreach ((int tenant, ConversationId conversation) in shard.JoinedConversations())
            {
                AskIfMissing(tenant, conversation);
            }
        }

        if ((contactRead.Contacts.Count > 0 || contactRead.Conversations.Count > 0) && !engine.Journal.ReadContacts(contactRead))
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

        AddConversations();
        FillPart();
        shard.DropConversations();
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
        TakeConversations();
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
            if (shard.Configuration.IsClosed(request.Tenant!.Number))
            {
                Refuse(request);
                continue;
            }

            // Listed first: where preparing it fails, the ownership ends and whoever is listed is told.
            partRequests.Add(request);
            shard.Pin(row);
            shard.Prepare(request, row, part);
            partRows.Add(row);
        }

        FillInbound();
    }

    // The order of each contact's messages stays: what must wait holds back those of its contact that came after it.
    private void FillInbound()
    {
        shard.BeginInbound(part);
        shard.PrepareJoins(part, partRows);
        int max = engine.Options.AcceptBatchMax;
        int done = 0;
        for (int turns = Math.Min(inboundWaiting.Contacts, max); turns > 0 && done < max; turns--)
        {
            InboundTask? task = inboundWaiting.Take();
            while (task is not null)
            {
                int row = shard.FindRow(task.Contact);
                bool isMissing = row < 0 || (ConversationOf(task) is { } conversation && !shard.HasConversation(task.Origin.Tenant, conversation));
                if (done == max || isMissing || !shard.TryPrepare(task, row, part, partRows))
                {
                    inboundWaiting.PutBack();
                    break;
                }

                done++;
                task = inboundWaiting.TakeBehind();
            }
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
                long releaseEnd = Math.Max(engine.Timestamp + engine.Ticks(engine.Options.ReleaseMs), certainFrom);
                bool mayBeOpen = engine.Timestamp < certainFrom;
                shard.ApplySteps(releaseEnd, mayBeOpen);
                shard.ApplyInbound(part, releaseEnd, mayBeOpen);
                break;
            case PartOutcome.Refused:
                shard.Undo(part, partRows.Span);
                shard.RefuseSteps();
                shard.RefuseInbound();
                RefuseRequests(isKnown: true);
                holdUntil = engine.Timestamp + engine.Ticks(RefusedHoldMs);
                break;
            case PartOutcome.Fenced or PartOutcome.Unknown:
                engine.Log.ShardLost(Number, Epoch, part.Outcome);
                RefuseRequests(isKnown: false);
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
            request.IsRepeat = message.Kept == KeptAs.Repeat;
            request.Id = request.IsRepeat ? message.FirstId : message.Id;
            request.Conversation = new ConversationId(message.Contact, message.Sender);
            if (message.Kept != KeptAs.New && request.FallbackId != default && !shard.AwaitsFallback(message.FirstId, request.FallbackId))
            {
                engine.Withdraw(message.Tenant, request.FallbackId);
            }

            request.Listener!.Completed(request);
        }

        partRequests.Clear();
    }
}
