using Router.Engine.Dispatch;
using Router.Engine.Inbound;

namespace Router.Engine.Shards;

/// <content>The end of an ownership, and what is refused: everyone who waits is answered.</content>
internal sealed partial class ShardOwner
{
    private const int RefusedHoldMs = 200;

    // What is with the journal comes back first: who waits for it may be told something only when its fate is known, and the next owner must not find it under way.
    private bool EndFailed()
    {
        partUnderWay &= !partAnswered;
        if (!partUnderWay)
        {
            End(lost: true);
        }

        return false;
    }

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

    private void RefuseRequests(bool isKnown)
    {
        foreach (AcceptRequest request in partRequests)
        {
            Refuse(request, isKnown);
        }

        partRequests.Clear();
    }

    private void Refuse(AcceptRequest request, bool isKnown = true)
    {
        request.IsKnownUnkept = isKnown;
        engine.Waiting.Decrement(request.Tenant!.Number);
        request.Outcome = AcceptOutcome.Unavailable;
        request.Listener!.Completed(request);
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
        flagsWaiting.ForEach(static task => task.Settle(null));
        flagsWaiting.Clear();
        RefuseConversations();
        inboundWaiting.RefuseAll();
        if (!contactsUnderWay)
        {
            contactRead.Contacts.Clear();
            contactRead.Conversations.Clear();
        }

        holdUntil = engine.Timestamp + engine.Ticks(RefusedHoldMs);
    }

    private void End(bool lost)
    {
        ended = true;
        stopping = true;
        accepts.Close();
        RefuseRequests(isKnown: false);
        FailWaiting();
        shard.Abandon();
        receiptsHeld.ForEach(engine.NotKept);
        receiptsHeld.Clear();
        fallbacksHeld.ForEach(static task => task.Answer(false));
        fallbacksHeld.Clear();
        foreach (CancelTask task in cancelsHeld)
        {
            task.Answer.TrySetResult(CancelOutcome.Unavailable);
        }

        cancelsHeld.Clear();
        queueTasks.ForEach(static task => task.Answer.TrySetResult(null));
        queueTasks.Clear();
        for (; urgentAt < urgentCount; urgentAt++)
        {
            RefuseCommand(ref urgentBatch[urgentAt]); // a fault in the middle of a batch
        }

        AnswerQueues();
        SignalRoom();
        engine.Ended(this, lost);
        finished = true;
        Interlocked.MemoryBarrier(); // whoever comes after either sees that or is seen here
        after?.Wake();
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
                flags.Settle(null);
                break;
            case InboundTask inbound:
                inbound.Answer(false);
                break;
            case DeadLetterTask letter:
                letter.Answer.TrySetResult(false);
                break;
            case ConversationTask conversation:
                conversation.Answer.TrySetResult(null);
                break;
            case CancelTask cancel:
                cancel.Answer.TrySetResult(CancelOutcome.Unavailable);
                break;
            case NoticeTask notice:
                notice.Answer.TrySetResult(false);
                break;
            case QueueTask task:
                task.Answer.TrySetResult(null);
                break;
            case FallbackTask fallback:
                fallback.Answer(false);
                break;
            case PeekTask peek:
                peek.Answer.TrySetResult(default);
                break;
            case WatchTask watch:
                watch.Answer.TrySetResult(true);
                break;
            default:
                if (command.Kind == CommandKind.Outcome)
                {
                    engine.Dispatcher.OutcomeKept(command.Outcome.Provider);
                }

                break;
        }

        command.Target = null;
    }
}
