using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Router.Core.Addresses;
using Router.Core.Inbound;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Inbound;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Shards;
using Router.Engine.Work;

namespace Router.Engine;

/// <content>
/// The way of a message from an end user: whose it is (own number, else a keyword on a shared one, else nobody's: tenant 0), then into its contact's shard, here or on another silo.
/// </content>
public sealed partial class SiloEngine
{
    // Inputs of keyed hashes are kept apart by a line that no request has.
    private const long ProviderIdLine = -1;
    private const long PartLine = -2;
    private const long LetterLine = -3;
    private const long RecordLine = -4;

    // The shortest number that is taken for an international one without its plus: shorter ones may be national, and a wrong country is somebody else's number.
    private const int BareDigitsMin = 11;

    /// <inheritdoc/>
    public void Receive(in InboundMessage message, Action<object?, long, bool> acknowledge, object? state, long token)
    {
        ArgumentNullException.ThrowIfNull(acknowledge);
        byte[] from = Canonical(message.Channel, message.From, message.IsFromDecided);
        ReadOnlySpan<byte> text = Cut(message.Text);
        void Told(InboundTask task) => acknowledge(state, token, task.Outcome != InboundOutcome.NotKept);

        bool isPart = message.Parts > 1 && message.Part >= 1 && message.Part <= message.Parts;
        if (Configuration.Numbers.Find(message.To) is { } owner)
        {
            Post(TaskFor(owner.Tenant.Number, owner.Sender, from, text, message, isPart, Told));
        }
        else if (!isPart && Configuration.Numbers.FindByWord(message.To, text) is { } named)
        {
            Post(TaskFor(named.Tenant.Number, named.Sender, from, text, message, false, Told));
        }
        else
        {
            // The parts of a message to a shared number are nobody's until its first word is read.
            InboundTask nobodys = TaskFor(0, new Sender(Encoding.UTF8.GetString(message.To)), from, text, message, isPart, Told);
            if (isPart || !TryPostToSharing(nobodys, message))
            {
                Post(nobodys);
            }
        }
    }

    /// <summary>Takes a message that another silo sent here: it goes no further.</summary>
    public void ReceiveForwarded(InboundTask task) => Post(task);

    /// <inheritdoc/>
    public ValueTask<bool> ReplayAsync(StoredMessage letter)
    {
        ArgumentNullException.ThrowIfNull(letter);
        AcceptedMessage accepted = letter.Accepted;
        if (letter.Record is not { } bytes || FindOwner(bytes) is not { } owner)
        {
            return new ValueTask<bool>(false); // erased, or nobody's still
        }

        MessageRecord record = MessageRecord.Read(bytes);
        byte[] from = record.To.ToArray();
        byte[] id = new byte[16];
        accepted.Id.Write(id);
        var done = new DeadLetterTask(accepted.Id, accepted.Contact, accepted.Sender);
        Post(new InboundTask(task => EndDeadLetter(done, task.Outcome == InboundOutcome.Kept))
        {
            Origin = new InboundOrigin(owner.Tenant.Number, accepted.Channel, from, owner.Sender, letter.Events is [{ Provider: var provider }, ..] ? provider : 0),
            Contact = Hash.Contact(owner.Tenant.Number, accepted.Channel, from),
            Text = record.Text.ToArray(),
            Segments = accepted.Segments,
            Key = Hash.IdempotencyKey(owner.Tenant.Number, id, LetterLine),
        });
        return new ValueTask<bool>(done.Answer.Task);
    }

    /// <inheritdoc/>
    public ValueTask<bool> EndAsync(StoredMessage letter)
    {
        ArgumentNullException.ThrowIfNull(letter);
        var done = new DeadLetterTask(letter.Accepted.Id, letter.Accepted.Contact, letter.Accepted.Sender);
        EndDeadLetter(done, kept: true);
        return new ValueTask<bool>(done.Answer.Task);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryKeepAsync(DeadRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        byte[] place = Encoding.UTF8.GetBytes(record.Place);
        var kept = new ScheduledAnswer<bool>(Scheduler);
        Post(new InboundTask(task => kept.TryGive(task.Outcome == InboundOutcome.Kept))
        {
            Origin = new InboundOrigin(0, Channel.None, place, new Sender(record.Topic), 0),
            Contact = Hash.Contact(0, Channel.None, place),
            Text = record.ValueAsText(),
            Metadata = record.Describe(),
            Key = Hash.IdempotencyKey(0, [.. place, .. BitConverter.GetBytes(XxHash3.HashToUInt64(record.Value.Span))], RecordLine), // a topic made anew has the same places
        });
        return await kept.Task.ConfigureAwait(false);
    }

    /// <summary>Says that a dead letter is done with, if its shard is owned here; false: it is not, or it could not be kept.</summary>
    public ValueTask<bool> EndDeadLetterHereAsync(MessageId letter, ContactId contact, uint sender)
    {
        var done = new DeadLetterTask(letter, contact, sender);
        if (!Post(letter.Shard, new UrgentCommand { Kind = CommandKind.DeadLetterDone, Target = done }))
        {
            done.Answer.TrySetResult(false);
        }

        return new ValueTask<bool>(done.Answer.Task);
    }

    /// <summary>A dead letter was joined of parts: its first word may name a tenant. If this comes to nothing, the operator's replay is left.</summary>
    internal void ReplayJoined(MessageId letter) => _ = ReplayJoinedAsync(letter);

    private static ReadOnlySpan<byte> CutAt(ReadOnlySpan<byte> text, int max)
    {
        while (max > 0 && (text[max] & 0xC0) == 0x80)
        {
            max--; // not within a character
        }

        return text[..max];
    }

    private ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text)
    {
        if (text.Length <= Shard.InboundTextBytesMax)
        {
            return text;
        }

        Inbound.Add(InboundCount.Cut);
        return CutAt(text, Shard.InboundTextBytesMax);
    }

    // As tenants write addresses; what is none (a name, a short code, a national number) stays as it is, no longer than an address.
    private static byte[] Canonical(Channel channel, ReadOnlySpan<byte> from, bool isDecided)
    {
        Span<byte> canonical = stackalloc byte[Address.ValueBytesMax + 1];
        if (!isDecided && Address.IsNumber(channel) && from.Length is >= BareDigitsMin and <= 17 && !from.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            // 00 is how most of the world dials abroad.
            ReadOnlySpan<byte> digits = from.StartsWith("00"u8) ? from[2..] : from;
            canonical[0] = (byte)'+';
            digits.CopyTo(canonical[1..]);
            from = canonical[..(digits.Length + 1)].ToArray();
        }

        return Address.ParseValue(channel, from, canonical, out Address address) == AddressReason.None
            ? address.Value.ToArray()
            : from[..Math.Min(from.Length, Address.ValueBytesMax)].ToArray();
    }

    private InboundTask TaskFor(
        int tenant, Sender own, byte[] from, ReadOnlySpan<byte> text, in InboundMessage message, bool isPart, Action<InboundTask> told, bool onlyIfKnown = false) => new(told)
        {
            Origin = new InboundOrigin(tenant, message.Channel, from, own, message.Provider),
            Contact = Hash.Contact(tenant, message.Channel, from),
            Text = text.ToArray(),
            Part = isPart ? new InboundPart(message.Reference, message.Parts, message.Part, message.Provider) : null,
            Key = KeyOf(tenant, own, from, text, message, isPart),
            OnlyIfKnown = onlyIfKnown,
        };

    // A part is known by all that it is: a carrier that tells it again after its message was joined must not begin another message with it. So is what has an id, beside that: carriers give the id of
    // the message that is answered, or a counter that is soon through, and a STOP under one that was seen must not be lost.
    private UInt128? KeyOf(int tenant, Sender own, byte[] from, ReadOnlySpan<byte> text, in InboundMessage message, bool isPart)
    {
        ReadOnlySpan<byte> id = message.ProviderMessageId;
        if (!isPart && id.IsEmpty)
        {
            return null;
        }

        var key = new ByteList(256);
        if (!id.IsEmpty)
        {
            BinaryPrimitives.WriteInt32LittleEndian(key.Add(4), message.Provider);
            BinaryPrimitives.WriteInt32LittleEndian(key.Add(4), id.Length);
            id.CopyTo(key.Add(id.Length));
        }

        if (isPart)
        {
            new InboundPart(message.Reference, message.Parts, message.Part, (int)message.Channel).Write(key.Add(InboundPart.Size));
        }

        BinaryPrimitives.WriteInt32LittleEndian(key.Add(4), from.Length);
        from.CopyTo(key.Add(from.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(key.Add(4), own.Tag);
        text.CopyTo(key.Add(text.Length));
        return Hash.IdempotencyKey(tenant, key.Span, id.IsEmpty ? PartLine : ProviderIdLine);
    }

    private void Post(InboundTask task)
    {
        if (!Post(task.Contact.Shard, new UrgentCommand { Kind = CommandKind.Inbound, Target = task })
            && (task.Forwarded || InboundElsewhere is not { } elsewhere || !elsewhere.TryForward(task.Contact.Shard, task)))
        {
            task.Answer(false);
        }
    }

    // A word alone that stops or starts, on a number that several tenants share and that is no keyword of theirs, is said to all of them that know the person; to none else.
    private bool TryPostToSharing(InboundTask nobodys, in InboundMessage message)
    {
        IReadOnlyCollection<(Tenant Tenant, Sender Sender)> sharing = Configuration.Numbers.Sharing(message.To);
        if (sharing.Count == 0
            || message.Text.Length > FoldedText.CharactersMax
            || OptOutWords.Find(FoldedText.Of(message.Text)).Action is not (WordAction.Stop or WordAction.StopAll or WordAction.Start))
        {
            return false;
        }

        var all = new SharedWord(this, nobodys, sharing.Count);
        byte[] from = nobodys.Origin.From.ToArray();
        foreach ((Tenant tenant, Sender sender) in sharing)
        {
            Post(TaskFor(tenant.Number, sender, from, nobodys.Text.Span, message, false, all.Told, onlyIfKnown: true));
        }

        return true;
    }

    private (Tenant Tenant, Sender Sender)? FindOwner(byte[] bytes)
    {
        MessageRecord record = MessageRecord.Read(bytes);
        return Configuration.Numbers.Find(record.From) ?? Configuration.Numbers.FindByWord(record.From, record.Text);
    }

    // On the shard's thread: only posts.
    private void EndDeadLetter(DeadLetterTask done, bool kept)
    {
        if (kept && Post(done.Letter.Shard, new UrgentCommand { Kind = CommandKind.DeadLetterDone, Target = done }))
        {
            return;
        }

        if (kept && InboundElsewhere is { } elsewhere)
        {
            _ = EndElsewhereAsync(elsewhere, done);
            return;
        }

        done.Answer.TrySetResult(false);
    }

    private static async Task EndElsewhereAsync(IInboundElsewhere elsewhere, DeadLetterTask done) =>
        done.Answer.TrySetResult(await elsewhere.EndDeadLetterAsync(done.Letter, done.Contact, done.Sender).ConfigureAwait(false));

    private async Task ReplayJoinedAsync(MessageId letter)
    {
        try
        {
            if (await Journal.FindMessageAsync(0, letter, CancellationToken.None).ConfigureAwait(false) is { } stored)
            {
                await ReplayAsync(stored).ConfigureAwait(false);
            }
        }
        catch (JournalUnavailableException fault)
        {
            Log.LetterNotRead(fault.Message);
        }
    }

    // What became of a word said to all tenants that share a number.
    private sealed class SharedWord(SiloEngine engine, InboundTask nobodys, int count)
    {
        private int left = count;
        private int notKept;
        private int kept;

        public void Told(InboundTask task)
        {
            Interlocked.Add(ref notKept, task.Outcome == InboundOutcome.NotKept ? 1 : 0);
            Interlocked.Add(ref kept, task.Outcome == InboundOutcome.Kept ? 1 : 0);
            if (Interlocked.Decrement(ref left) > 0)
            {
                return;
            }

            if (notKept > 0)
            {
                nobodys.Answer(false); // told again, those that kept it keep it again: the word is the same
            }
            else if (kept > 0)
            {
                nobodys.Answer(true);
            }
            else
            {
                engine.Post(nobodys);
            }
        }
    }
}
