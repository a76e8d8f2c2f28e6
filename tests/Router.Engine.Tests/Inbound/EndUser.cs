using System.Text;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;

namespace Router.Engine.Tests.Inbound;

/// <summary>A person with a phone, as a carrier tells of them.</summary>
internal sealed class EndUser(EngineHarness h, string from = "+393331234567", string to = "+39000", int tenant = 1)
{
    public string From { get; } = from;

    /// <summary>The contact of the tenant it was made for.</summary>
    public ContactId Contact { get; } = h.Hash.Contact(tenant, Channel.Sms, Encoding.UTF8.GetBytes(from));

    /// <summary>Tells a message; nothing runs yet.</summary>
    public Told Tell(string text, byte parts = 1, byte part = 0, ushort reference = 7, string? id = null, string? number = null, bool isFromDecided = false)
    {
        var told = new Told();
        h.Engine.Receive(
            new InboundMessage
            {
                Provider = 1, Channel = Channel.Sms, From = Encoding.UTF8.GetBytes(From), To = Encoding.UTF8.GetBytes(number ?? to), Text = Encoding.UTF8.GetBytes(text),
                Parts = parts, Part = part, Reference = reference, ProviderMessageId = Encoding.UTF8.GetBytes(id ?? ""),
                IsFromDecided = isFromDecided,
            },
            static (state, _, kept) => ((Told)state!).Answer(kept), told, 0);
        return told;
    }

    /// <summary>Tells a message and runs until nothing moves.</summary>
    public Told Say(string text, byte parts = 1, byte part = 0, ushort reference = 7, string? id = null, string? number = null, bool isFromDecided = false)
    {
        Told told = Tell(text, parts, part, reference, id, number, isFromDecided);
        h.RunUntilIdle();
        return told;
    }

    /// <summary>The contact's flags as kept.</summary>
    public ContactFlags Flags => h.Journal.FindFlagsAsync(Contact, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <summary>Grants or withdraws marketing, or whatever else.</summary>
    public void Set(Func<ContactFlags, ContactFlags> setter)
    {
        var task = new FlagsTask(tenant, Contact, FlagsChange.Of(setter));
        Assert.True(h.Engine.Post(Contact.Shard, new UrgentCommand { Kind = CommandKind.Flags, Target = task }));
        h.Advance(400, 50); // a release may be open
        Assert.NotNull(task.Answer.Task.Result);
    }

    /// <summary>Whole inbound messages kept of a tenant, oldest first: text, segments.</summary>
    public static (string Text, int Segments)[] Kept(EngineHarness h, int tenant = 1) => [.. Stored(h, tenant).Where(static m => m.Accepted.Direction == MessageDirection.Inbound).Select(static m =>
        (Encoding.UTF8.GetString(MessageRecord.Read(m.Record).Text), (int)m.Accepted.Segments))];

    /// <summary>All messages of a tenant, oldest first.</summary>
    public static StoredMessage[] Stored(EngineHarness h, int tenant = 1) =>
        [.. h.Journal.ListMessagesAsync(new MessageQuery { Tenant = tenant, Limit = 200 }, CancellationToken.None).AsTask().GetAwaiter().GetResult().Items.Reverse()];

    public static Tenant TenantWith(int number, StopScope stop, KeywordRule[] keywords, params string[] senders) =>
        new(number, "tenant-" + number, new TenantSettings { Name = "Acme", Senders = senders, Keywords = keywords, Stop = stop });

    /// <summary>A carrier's message and what it was answered.</summary>
    internal sealed class Told
    {
        public bool? Kept { get; private set; }

        public void Answer(bool kept)
        {
            Assert.True(Kept is null, "a message was answered twice");
            Kept = kept;
        }
    }
}
