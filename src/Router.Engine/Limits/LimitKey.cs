using Router.Core.Messages;

namespace Router.Engine.Limits;

/// <summary>What a rate limit holds for (R3.1). The recipient's limit is not here: it is the shard's own (<see cref="Core.Limits.RecipientLog"/>).</summary>
public enum LimitKind : byte
{
    /// <summary>No limit.</summary>
    None = 0,

    /// <summary>All messages of a tenant.</summary>
    Tenant = 1,

    /// <summary>A tenant's messages on one channel.</summary>
    TenantChannel = 2,

    /// <summary>A tenant's messages from one sender.</summary>
    TenantSender = 3,

    /// <summary>A provider account; counts segments.</summary>
    Provider = 4,
}

/// <summary>Names one rate limit.</summary>
public readonly record struct LimitKey
{
    private LimitKey(LimitKind kind, int owner, uint part)
    {
        Kind = kind;
        Owner = owner;
        Part = part;
    }

    /// <summary>What it holds for.</summary>
    public LimitKind Kind { get; }

    /// <summary>The tenant's or the provider's number.</summary>
    public int Owner { get; }

    /// <summary>The channel's number, the sender's tag, or 0.</summary>
    public uint Part { get; }

    /// <summary>Whether it counts segments, as carriers do, or messages.</summary>
    public bool CountsSegments => Kind == LimitKind.Provider;

    /// <summary>All messages of a tenant.</summary>
    public static LimitKey OfTenant(int tenant) => new(LimitKind.Tenant, tenant, 0);

    /// <summary>A tenant's messages on one channel.</summary>
    public static LimitKey OfChannel(int tenant, Channel channel) => new(LimitKind.TenantChannel, tenant, (uint)channel);

    /// <summary>A tenant's messages from one sender.</summary>
    public static LimitKey OfSender(int tenant, uint senderTag) => new(LimitKind.TenantSender, tenant, senderTag);

    /// <summary>A provider account.</summary>
    public static LimitKey OfProvider(int provider) => new(LimitKind.Provider, provider, 0);
}
