namespace Router.Streams.In;

/// <summary>What a record of a topic of messages is.</summary>
internal enum RecordVerdict
{
    /// <summary>A message.</summary>
    Message,

    /// <summary>One that cannot be handled: a dead letter.</summary>
    Dead,

    /// <summary>Its tenant has as many messages waiting as it may: it is read again later.</summary>
    Wait,
}
