namespace Router.Streams.Out.Native;

/// <summary>An event as a record, with what its CloudEvents headers tell beside what is the same for all.</summary>
internal readonly ref struct EventRecord
{
    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Its JSON.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary><c>ce_id</c>.</summary>
    public ReadOnlySpan<byte> Id { get; init; }

    /// <summary><c>ce_type</c>.</summary>
    public ReadOnlySpan<byte> Type { get; init; }

    /// <summary><c>ce_time</c>.</summary>
    public ReadOnlySpan<byte> Time { get; init; }

    /// <summary><c>ce_tenant</c>.</summary>
    public ReadOnlySpan<byte> Tenant { get; init; }
}
