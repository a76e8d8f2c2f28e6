using Router.Core.Conversations;

namespace Router.Grains.Conversations;

/// <summary>A <see cref="ConversationChange"/> on its way between silos.</summary>
[GenerateSerializer, Immutable]
internal struct ChangeItem
{
    [Id(0)]
    public byte Act;

    [Id(1)]
    public ulong Agent;

    [Id(2)]
    public string? Assignee;

    [Id(3)]
    public ulong Head;

    /// <summary>Packs <paramref name="change"/>.</summary>
    public static ChangeItem Of(in ConversationChange change) => new() { Act = (byte)change.Act, Agent = change.Agent, Assignee = change.Assignee, Head = change.Head };

    /// <summary>Unpacks it.</summary>
    public readonly ConversationChange ToChange() => new((ConversationAct)Act, Agent, Assignee, Head);
}
