namespace Router.Core.Templates;

/// <summary>A template did more than it may. The message is fixed text that goes on after "the template".</summary>
internal sealed class TemplateLimitException : Exception
{
    /// <summary>Of a text that is too long.</summary>
    public const string TooLong = "renders to more than 65,535 bytes with these parameters";

    /// <summary>Made with a fixed text.</summary>
    public TemplateLimitException(string message)
        : base(message)
    {
    }

    /// <summary>Of a text that is too long.</summary>
    public TemplateLimitException()
        : this(TooLong)
    {
    }

    /// <summary>Made with a fixed text and a cause.</summary>
    public TemplateLimitException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
