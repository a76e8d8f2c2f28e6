using Router.Engine.Journal;

namespace Router.Storage;

/// <summary>
/// Storage cannot be opened or read. The message names the path and the remedy; it holds no content, address or secret.
/// </summary>
public sealed class StorageException : JournalUnavailableException
{
    /// <summary>With a message that names path and remedy.</summary>
    public StorageException(string message)
        : base(message)
    {
    }

    /// <summary>With the cause.</summary>
    public StorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Without a message: for serializers only.</summary>
    public StorageException()
    {
    }
}
