namespace Router.Engine.Journal;

/// <summary>
/// Thrown by every query of <see cref="IJournal"/> and <see cref="IEventLog"/> when storage cannot answer: asking again later is safe (503 at the front door).
/// The message is for operators; it holds no content, address or secret.
/// </summary>
public class JournalUnavailableException : IOException
{
    /// <summary>Made without a cause.</summary>
    public JournalUnavailableException()
        : this("storage cannot answer; ask again")
    {
    }

    /// <summary>Made with a message that names the place and the remedy.</summary>
    public JournalUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Made with a message that names the place and the remedy, and the cause.</summary>
    public JournalUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
