namespace Router.Streams.Out;

/// <summary>Writes the log of events to Kafka: one for the whole cluster, key 0.</summary>
internal interface IEventExportGrain : IGrainWithIntegerKey
{
    /// <summary>Wakes it.</summary>
    ValueTask TouchAsync();
}
