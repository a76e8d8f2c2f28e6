using System.Globalization;
using System.Text;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Inbound;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Chaos;

/// <content>What is asked of the silos: messages, flags, cancels, looks; each is answered once, unless its silo dies.</content>
internal sealed partial class ChaosRun
{
    private const int MessagesMax = 60;
    private readonly Dictionary<string, Posted> posted = [];
    private readonly Dictionary<Posted, ChaosSilo> postedTo = [];
    private readonly List<(ChaosSilo Silo, FlagsTask Task)> flagsAsked = [];
    private readonly List<(ChaosSilo Silo, CancelTask Task)> cancelsAsked = [];
    private readonly List<(ChaosSilo Silo, PeekTask Task)> looksAsked = [];
    private readonly List<(ChaosSilo Silo, ConversationTask Task)> talksAsked = [];
    private readonly List<(ChaosSilo Silo, InboundTask Task)> inbounds = [];
    private readonly HashSet<MessageId> cancelled = [];

    private bool Accept()
    {
        int shard = Shards[Random.Next(Shards.Length)];
        ChaosSilo silo = silos.FirstOrDefault(s => s.Engine.Owns(shard) && Chance(0.8)) ?? Alive();
        if (posted.Count == MessagesMax)
        {
            return false;
        }

        string text = "m" + posted.Count.ToString(CultureInfo.InvariantCulture);
        var one = new Posted { Text = text };
        AcceptRequest request = one.Request;
        request.Listener = one;
        request.Tenant = configuration.FindTenant(1);
        request.Contact = DrawContact(shard);
        request.Sender = Random.Next(3) switch { 0 => null, 1 => Senders[0], _ => Senders[1] };
        request.Channel = Channel.Sms;
        request.Purpose = Chance(quietHours is null ? 0.2 : 0.6) ? Purpose.Marketing : Purpose.Service;
        request.Priority = (Priority)Random.Next(3);
        request.Segments = (byte)(Chance(0.6) ? 1 : 2 + Random.Next(2));
        request.ValiditySeconds = Chance(0.1) ? 1 + Random.Next(4) : 3_600;
        request.NotBeforeMs = Chance(0.1) ? NowMs + Random.Next(3_000) : 0;
        request.HasIdempotencyKey = Chance(0.5);
        request.IdempotencyKey = (ulong)Random.Next(10);
        request.BodyHash = Chance(0.9) ? 1u : 2u;
        request.Trace = posted.Count % 3 == 0 ? new TraceContext(1, 2, 3) : default; // no draw: seeds that were told before stay what they were
        request.RecordLength = MessageRecord.Write(Channel.Sms, ContentType.Text, "+39333"u8, Encoding.UTF8.GetBytes(text), default, default, request.Record);
        DrawFallback(one);
        one.Intake = silo.Engine.TryAccept(request);
        posted.Add(text, one);
        postedTo.Add(one, silo);
        return true;
    }

    private bool SetFlags()
    {
        int shard = Shards[Random.Next(Shards.Length)];
        FlagsChange change = (quietHours is not null && Chance(0.8) ? 2 : Random.Next(4)) switch
        {
            0 => FlagsChange.Of(static f => f.WithBlocked(true)),
            1 => FlagsChange.Of(static f => f.WithBlocked(false)),
            2 => FlagsChange.Of(static f => f.With(Purpose.Marketing, ConsentState.Granted)),
            _ => FlagsChange.Of(static f => f.With(Purpose.Marketing, ConsentState.Withdrawn)),
        };
        ChaosSilo silo = Alive();
        var task = new FlagsTask(1, DrawContact(shard), change);
        if (silo.Engine.Post(shard, new UrgentCommand { Kind = CommandKind.Flags, Target = task }))
        {
            flagsAsked.Add((silo, task));
        }

        return true;
    }

    private bool Cancel()
    {
        MessageId[] ids = [.. posted.Values.Where(static p => p.Outcome == AcceptOutcome.Accepted).Select(static p => p.Id)];
        if (ids.Length == 0)
        {
            return false;
        }

        ChaosSilo silo = Alive();
        var task = new CancelTask(1, ids[Random.Next(ids.Length)]);
        if (silo.Engine.Post(task.Message.Shard, new UrgentCommand { Kind = CommandKind.Cancel, Target = task }))
        {
            cancelsAsked.Add((silo, task));
        }

        return true;
    }

    private bool Talk()
    {
        int shard = Shards[Random.Next(Shards.Length)];
        ConversationChange change = Random.Next(5) switch
        {
            0 => ConversationChange.Close,
            1 => ConversationChange.Reopen,
            2 => ConversationChange.Touch,
            3 => ConversationChange.Unassign,
            _ => ConversationChange.Assign((ulong)(1 + Random.Next(5)), "agent"),
        };
        ChaosSilo silo = Alive();
        var task = new ConversationTask(1, new ConversationId(DrawContact(shard), Senders[0].Tag), change);
        if (silo.Engine.Post(shard, new UrgentCommand { Kind = CommandKind.Conversation, Target = task }))
        {
            talksAsked.Add((silo, task));
        }

        return true;
    }

    // A message from an end user; some are told twice.
    private bool Hear()
    {
        int shard = Shards[Random.Next(Shards.Length)];
        ChaosSilo silo = Alive();
        var task = new InboundTask(null)
        {
            Origin = new InboundOrigin(1, Channel.Sms, "+39333"u8.ToArray(), Senders[Random.Next(2)], 1), Contact = DrawContact(shard), Text = "ciao"u8.ToArray(),
            Key = Chance(0.5) ? 1_000 + (ulong)Random.Next(10) : null,
        };
        if (silo.Engine.Post(shard, new UrgentCommand { Kind = CommandKind.Inbound, Target = task }))
        {
            inbounds.Add((silo, task));
        }

        return true;
    }

    /// <summary>What the grain of a conversation answers.</summary>
    public bool DrawHeard() => settling || Chance(0.6);

    private bool Peek()
    {
        ChaosSilo silo = Alive();
        var task = new PeekTask(1, Some.Id(Shards[Random.Next(Shards.Length)]));
        if (silo.Engine.Post(task.Message.Shard, new UrgentCommand { Kind = CommandKind.Peek, Target = task }))
        {
            looksAsked.Add((silo, task));
        }

        return true;
    }

    // What was answered holds from this moment on: called after each step.
    private void LookAtAnswers()
    {
        for (int i = flagsAsked.Count - 1; i >= 0; i--)
        {
            FlagsTask task = flagsAsked[i].Task;
            if (task.Answer.Task.IsCompleted)
            {
                flagsAsked.RemoveAt(i);
                if (task.Answer.Task.Result is { } kept)
                {
                    Ledger.Answered(task.Contact, kept);
                }
            }
        }

        for (int i = cancelsAsked.Count - 1; i >= 0; i--)
        {
            CancelTask task = cancelsAsked[i].Task;
            if (task.Answer.Task.IsCompleted)
            {
                cancelsAsked.RemoveAt(i);
                if (task.Answer.Task.Result == CancelOutcome.Cancelled)
                {
                    cancelled.Add(task.Message);
                }
            }
        }

        for (int i = talksAsked.Count - 1; i >= 0; i--)
        {
            if (talksAsked[i].Task.Answer.Task is { IsCompleted: true } answer)
            {
                talksAsked.RemoveAt(i);
                if (answer.Result is { KeySlot: not 0 } kept)
                {
                    Ledger.Answered(kept);
                }
            }
        }

        inbounds.RemoveAll(static i => i.Task.Outcome != InboundOutcome.Pending);
        looksAsked.RemoveAll(static l => l.Task.Answer.Task.IsCompleted);
    }

    // Nobody answers for a silo that died.
    private void Forget(ChaosSilo dead)
    {
        flagsAsked.RemoveAll(a => a.Silo == dead);
        cancelsAsked.RemoveAll(a => a.Silo == dead);
        looksAsked.RemoveAll(a => a.Silo == dead);
        talksAsked.RemoveAll(a => a.Silo == dead);
        inbounds.RemoveAll(a => a.Silo == dead);
    }

    private long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    private ContactId DrawContact(int shard) => ChaosPhones.ContactOf(shard, Random.Next(contacts));
}
