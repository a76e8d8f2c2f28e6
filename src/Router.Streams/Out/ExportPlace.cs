namespace Router.Streams.Out;

/// <summary>Up to where the log was written to a tenant's own topic that is not as far as the others. Stored as JSON.</summary>
[GenerateSerializer]
internal sealed class ExportPlace
{
    /// <summary>The tenant's number.</summary>
    [Id(0)]
    public int Tenant { get; set; }

    /// <summary>See <see cref="Router.Engine.Journal.LogPosition.Commit"/>.</summary>
    [Id(1)]
    public long Commit { get; set; }

    /// <summary>See <see cref="Router.Engine.Journal.LogPosition.Index"/>.</summary>
    [Id(2)]
    public int Index { get; set; }
}
