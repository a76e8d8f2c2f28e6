namespace Router.Engine.Journal;

/// <summary>
/// The journal's storage cannot answer now: what every query of <see cref="IJournal"/> and <see cref="IEventLog"/> throws for its faults. The message is for people, with the remedy; it
/// holds no content, address or secret.
/// </summary>
public class JournalUnavailableException : Exception
{
    /// <summary>With a message for people.</summary>
    public JournalUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>With the cause.</summary>
    public JournalUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Without a message: for serializers only.</summary>
    public JournalUnavailableException()
    {
    }
}
