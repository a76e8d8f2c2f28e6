using Router.Core.Messages;
using Router.Engine.Shards;

namespace Router.Grains.Shards;

/// <summary>What became of an <see cref="AcceptItem"/>; the default is <see cref="AcceptOutcome.Pending"/> and never sent.</summary>
[GenerateSerializer, Immutable]
internal struct AcceptAnswer
{
    /// <summary>An <see cref="AcceptOutcome"/>.</summary>
    [Id(0)]
    public byte Outcome;

    /// <summary>See <see cref="MessageId.Head"/>.</summary>
    [Id(1)]
    public ulong IdHead;

    /// <summary>See <see cref="MessageId.Tail"/>.</summary>
    [Id(2)]
    public ulong IdTail;

    /// <summary>See <see cref="ConversationId.Sender"/>; the contact is the request's.</summary>
    [Id(3)]
    public uint Sender;

    /// <summary>See <see cref="AcceptRequest.IsRepeat"/>.</summary>
    [Id(4)]
    public bool IsRepeat;

    /// <summary>Not kept.</summary>
    public static AcceptAnswer Unavailable => new() { Outcome = (byte)AcceptOutcome.Unavailable };

    /// <summary>Packs the outcome of <paramref name="request"/>.</summary>
    public static AcceptAnswer Of(AcceptRequest request) => new()
    {
        Outcome = (byte)request.Outcome,
        IsRepeat = request.IsRepeat,
        IdHead = request.Id.Head,
        IdTail = request.Id.Tail,
        Sender = request.Conversation.Sender,
    };

    /// <summary>Fills the outcome into <paramref name="request"/> and tells its listener.</summary>
    public readonly void Complete(AcceptRequest request)
    {
        request.Outcome = (AcceptOutcome)Outcome;
        request.IsRepeat = IsRepeat;
        request.Id = new MessageId(IdHead, IdTail);
        request.Conversation = new ConversationId(request.Contact, Sender);
        request.Listener!.Completed(request);
    }
}

/// <summary>A <see cref="LiveMessage"/> from another silo.</summary>
[GenerateSerializer, Immutable]
internal struct PeekAnswer
{
    /// <summary>See <see cref="LiveMessage.Found"/>.</summary>
    [Id(0)]
    public bool Found;

    /// <summary>See <see cref="LiveMessage.Status"/>.</summary>
    [Id(1)]
    public byte Status;

    /// <summary>See <see cref="LiveMessage.Provider"/>.</summary>
    [Id(2)]
    public int Provider;
}
