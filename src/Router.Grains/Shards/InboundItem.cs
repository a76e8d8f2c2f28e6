using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Inbound;

namespace Router.Grains.Shards;

/// <summary>An <see cref="InboundTask"/> on its way to another silo.</summary>
[GenerateSerializer, Immutable]
internal sealed class InboundItem
{
    /// <summary>See <see cref="InboundOrigin.Tenant"/>.</summary>
    [Id(0)]
    public int Tenant { get; init; }

    /// <summary>See <see cref="InboundOrigin.Channel"/>.</summary>
    [Id(1)]
    public byte Channel { get; init; }

    /// <summary>See <see cref="InboundOrigin.From"/>.</summary>
    [Id(2)]
    public byte[] From { get; init; } = [];

    /// <summary>See <see cref="InboundOrigin.Own"/>.</summary>
    [Id(3)]
    public string Own { get; init; } = "";

    /// <summary>See <see cref="InboundOrigin.Provider"/>.</summary>
    [Id(4)]
    public int Provider { get; init; }

    /// <summary>The contact.</summary>
    [Id(5)]
    public ulong ContactHigh { get; init; }

    /// <summary>The contact.</summary>
    [Id(6)]
    public uint ContactLow { get; init; }

    /// <summary>See <see cref="InboundTask.Text"/>.</summary>
    [Id(7)]
    public byte[] Text { get; init; } = [];

    /// <summary>See <see cref="InboundTask.Segments"/>.</summary>
    [Id(8)]
    public byte Segments { get; init; }

    /// <summary>See <see cref="InboundTask.Part"/>, packed; null: it is whole.</summary>
    [Id(9)]
    public byte[]? Part { get; init; }

    /// <summary>See <see cref="InboundTask.Key"/>.</summary>
    [Id(10)]
    public UInt128? Key { get; init; }

    /// <summary>See <see cref="InboundTask.OnlyIfKnown"/>.</summary>
    [Id(11)]
    public bool OnlyIfKnown { get; init; }

    /// <summary>See <see cref="InboundTask.Metadata"/>.</summary>
    [Id(12)]
    public byte[] Metadata { get; init; } = [];

    /// <summary>Packs <paramref name="task"/>.</summary>
    public static InboundItem Of(InboundTask task)
    {
        byte[]? part = null;
        task.Part?.Write(part = new byte[InboundPart.Size]);
        return new InboundItem
        {
            Tenant = task.Origin.Tenant,
            Channel = (byte)task.Origin.Channel,
            From = task.Origin.From.ToArray(),
            Own = task.Origin.Own.Value,
            Provider = task.Origin.Provider,
            ContactHigh = task.Contact.High,
            ContactLow = task.Contact.Low,
            Text = task.Text.ToArray(),
        Metadata = task.Metadata.ToArray(),
            Segments = task.Segments,
            Part = part,
            Key = task.Key,
            OnlyIfKnown = task.OnlyIfKnown,
        };
    }

    /// <summary>Unpacks it; <paramref name="answered"/> as in <see cref="InboundTask"/>.</summary>
    public InboundTask ToTask(Action<InboundTask> answered) => new(answered)
    {
        Origin = new InboundOrigin(Tenant, (Channel)Channel, From, new Sender(Own), Provider),
        Contact = new ContactId(ContactHigh, ContactLow),
        Text = Text,
        Metadata = Metadata,
        Segments = Segments,
        Part = Part is null ? null : InboundPart.Read(Part),
        Key = Key,
        OnlyIfKnown = OnlyIfKnown,
        Forwarded = true,
    };
}
