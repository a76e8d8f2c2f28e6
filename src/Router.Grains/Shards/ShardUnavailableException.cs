namespace Router.Grains.Shards;

/// <summary>A shard has no owner at the moment: try again.</summary>
[GenerateSerializer]
public sealed class ShardUnavailableException : Exception
{
    /// <summary>Made without a cause.</summary>
    public ShardUnavailableException()
        : this("the shard has no owner at the moment; try again")
    {
    }

    /// <summary>Made with a message for people.</summary>
    public ShardUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Made with a message for people and the cause.</summary>
    public ShardUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
