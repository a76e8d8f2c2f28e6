using Router.Core.Addresses;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Grains.Conversations;

/// <summary>A <see cref="StoredConversation"/> on its way between silos.</summary>
[GenerateSerializer, Immutable]
internal struct ConversationItem
{
    [Id(0)]
    public int Tenant;

    [Id(1)]
    public ulong High;

    [Id(2)]
    public ulong Tail;

    [Id(3)]
    public bool Found;

    [Id(4)]
    public uint KeySlot;

    [Id(5)]
    public byte State;

    [Id(6)]
    public ulong Agent;

    [Id(7)]
    public string? Assignee;

    [Id(8)]
    public ulong ActiveHead;

    [Id(9)]
    public ulong InboundHead;

    [Id(10)]
    public uint Inbounds;

    [Id(11)]
    public ulong HeardHead;

    /// <summary>Packs <paramref name="stored"/>.</summary>
    public static ConversationItem Of(in StoredConversation stored) => new()
    {
        Tenant = stored.Tenant,
        High = stored.Id.Contact.High,
        Tail = stored.Id.Tail,
        Found = stored.Found,
        KeySlot = stored.KeySlot,
        State = (byte)stored.Facts.State,
        Agent = stored.Facts.Agent,
        Assignee = stored.Facts.Assignee,
        ActiveHead = stored.Facts.ActiveHead,
        InboundHead = stored.Facts.InboundHead,
        Inbounds = stored.Facts.Inbounds,
        HeardHead = stored.Facts.HeardHead,
    };

    /// <summary>Unpacks it.</summary>
    public readonly StoredConversation ToStored() => new()
    {
        Tenant = Tenant,
        Id = new ConversationId(new ContactId(High, (uint)(Tail >> 32)), (uint)Tail),
        Found = Found,
        KeySlot = KeySlot,
        Facts = new ConversationFacts
        {
            State = (ConversationState)State,
            Agent = Agent,
            Assignee = Assignee,
            ActiveHead = ActiveHead,
            InboundHead = InboundHead,
            Inbounds = Inbounds,
            HeardHead = HeardHead,
        },
    };
}
