namespace Router.Streams.In;

/// <summary>Why a partition is not read for now.</summary>
internal enum PauseReason
{
    /// <summary>Too much of its way is read and not settled.</summary>
    Busy,

    /// <summary>Its tenant has as many messages waiting as it may.</summary>
    Full,
}
