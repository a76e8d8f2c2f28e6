namespace Router.Grains.Streams;

/// <summary>Port: what the channel streams of this silo tell people of themselves. Not there where no Kafka is.</summary>
public interface IStreamFigures
{
    /// <summary>Made when asked for.</summary>
    StreamFigures Figures { get; }
}
