using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Shards;

namespace Router.Grains.Shards;

/// <summary>An <see cref="AcceptRequest"/> on its way to another silo.</summary>
[GenerateSerializer, Immutable]
internal struct AcceptItem
{
    /// <summary>Tenant's number.</summary>
    [Id(0)]
    public int Tenant;

    /// <summary>See <see cref="ContactId.High"/>.</summary>
    [Id(1)]
    public ulong ContactHigh;

    /// <summary>See <see cref="ContactId.Low"/>.</summary>
    [Id(2)]
    public uint ContactLow;

    /// <summary>The sender asked for; null: the shard chooses.</summary>
    [Id(3)]
    public string? Sender;

    /// <summary>Channel.</summary>
    [Id(4)]
    public byte Channel;

    /// <summary>Purpose.</summary>
    [Id(5)]
    public byte Purpose;

    /// <summary>Priority.</summary>
    [Id(6)]
    public byte Priority;

    /// <summary>Segments.</summary>
    [Id(7)]
    public byte Segments;

    /// <summary>Packed prefix.</summary>
    [Id(8)]
    public uint Prefix;

    /// <summary>Seconds.</summary>
    [Id(9)]
    public int ValiditySeconds;

    /// <summary>Unix ms.</summary>
    [Id(10)]
    public long NotBeforeMs;

    /// <summary>Whether the record has a reference.</summary>
    [Id(11)]
    public bool HasReference;

    /// <summary>Idempotency key's hash; null: none.</summary>
    [Id(12)]
    public UInt128? IdempotencyKey;

    /// <summary>Hash of the body.</summary>
    [Id(13)]
    public ulong BodyHash;

    /// <summary>The record without its sender.</summary>
    [Id(14)]
    public byte[] Record;

    /// <summary>Whether its content is media.</summary>
    [Id(15)]
    public bool IsMedia;

    /// <summary>See <see cref="AcceptRequest.Region"/>.</summary>
    [Id(16)]
    public uint Region;

    /// <summary>See <see cref="AcceptRequest.FallbackId"/>.</summary>
    [Id(17)]
    public ulong FallbackHead;

    /// <summary>See <see cref="FallbackHead"/>.</summary>
    [Id(18)]
    public ulong FallbackTail;

    /// <summary>See <see cref="AcceptRequest.FallbackAfterSeconds"/>.</summary>
    [Id(19)]
    public int FallbackAfterSeconds;

    /// <summary>See <see cref="AcceptRequest.IsDormant"/>.</summary>
    [Id(20)]
    public bool IsDormant;

    /// <summary>See <see cref="AcceptRequest.Trace"/>: the trace's id.</summary>
    [Id(21)]
    public ulong TraceHigh;

    /// <summary>See <see cref="TraceHigh"/>.</summary>
    [Id(22)]
    public ulong TraceLow;

    /// <summary>The span's id.</summary>
    [Id(23)]
    public ulong TraceSpan;

    /// <summary>Packs <paramref name="request"/>.</summary>
    public static AcceptItem Of(AcceptRequest request) => new()
    {
        Tenant = request.Tenant!.Number,
        ContactHigh = request.Contact.High,
        ContactLow = request.Contact.Low,
        Sender = request.Sender?.Value,
        Channel = (byte)request.Channel,
        Purpose = (byte)request.Purpose,
        Priority = (byte)request.Priority,
        Segments = request.Segments,
        Prefix = request.Prefix,
        Region = request.Region,
        FallbackHead = request.FallbackId.Head,
        FallbackTail = request.FallbackId.Tail,
        FallbackAfterSeconds = request.FallbackAfterSeconds,
        IsDormant = request.IsDormant,
        ValiditySeconds = request.ValiditySeconds,
        NotBeforeMs = request.NotBeforeMs,
        HasReference = request.HasReference,
        IdempotencyKey = request.HasIdempotencyKey ? request.IdempotencyKey : null,
        BodyHash = request.BodyHash,
        IsMedia = request.IsMedia,
        TraceHigh = request.Trace.TraceHigh,
        TraceLow = request.Trace.TraceLow,
        TraceSpan = request.Trace.Span,
        Record = request.Record.AsSpan(0, request.RecordLength).ToArray(),
    };

    /// <summary>Unpacks it for the owner; null: its tenant is not known here.</summary>
    public readonly AcceptRequest? ToRequest(Configuration configuration, IAcceptListener? listener = null)
    {
        Tenant? tenant = configuration.FindTenant(Tenant);
        return tenant is null
            ? null
            : new AcceptRequest
            {
                Listener = listener,
                Tenant = tenant,
                Contact = new ContactId(ContactHigh, ContactLow),
                Sender = Sender is null ? null : new Sender(Sender),
                Channel = (Channel)Channel,
                Purpose = (Purpose)Purpose,
                Priority = (Priority)Priority,
                Segments = Segments,
                Prefix = Prefix,
                Region = Region,
                FallbackId = new MessageId(FallbackHead, FallbackTail),
                FallbackAfterSeconds = FallbackAfterSeconds,
                IsDormant = IsDormant,
                ValiditySeconds = ValiditySeconds,
                NotBeforeMs = NotBeforeMs,
                HasReference = HasReference,
                HasIdempotencyKey = IdempotencyKey.HasValue,
                IdempotencyKey = IdempotencyKey.GetValueOrDefault(),
                BodyHash = BodyHash,
                Record = Record,
                RecordLength = Record.Length,
                IsMedia = IsMedia,
                Trace = new TraceContext(TraceHigh, TraceLow, TraceSpan),
            };
    }
}
