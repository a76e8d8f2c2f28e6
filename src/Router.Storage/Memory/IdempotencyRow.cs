using Router.Core.Messages;

namespace Router.Storage.Memory;

/// <summary>An idempotency key: 40 B.</summary>
internal struct IdempotencyRow : IRow<UInt128>
{
    /// <summary>Keyed hash of tenant and key.</summary>
    public UInt128 KeyHash;

    /// <summary>The first message.</summary>
    public MessageId Id;

    /// <summary>Hash of its body.</summary>
    public ulong BodyHash;

    /// <inheritdoc/>
    public readonly UInt128 Key => KeyHash;

    /// <inheritdoc/>
    public static uint Hash(UInt128 key) => (uint)(ulong)key;
}
