namespace Router.Streams.Out;

/// <summary>Up to where the log was written to Kafka.</summary>
[GenerateSerializer]
internal sealed class ExportState
{
    /// <summary>See <see cref="Router.Engine.Journal.LogPosition.Commit"/>; -1: nothing yet.</summary>
    [Id(0)]
    public long Commit { get; set; } = -1;

    /// <summary>See <see cref="Router.Engine.Journal.LogPosition.Index"/>.</summary>
    [Id(1)]
    public int Index { get; set; }

    /// <summary>Tenants' own topics that are not as far.</summary>
    [Id(2)]
    public List<ExportPlace> Behind { get; set; } = [];
}
