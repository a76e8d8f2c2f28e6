namespace Router.Grains.Administration;

/// <summary>A change could not be kept, or its fate is not known: 503, ask again.</summary>
[GenerateSerializer]
public sealed class AdministrationUnavailableException : Exception
{
    /// <summary>Made without a cause.</summary>
    public AdministrationUnavailableException()
        : this("the change could not be kept; ask again")
    {
    }

    /// <summary>Made with a message for people.</summary>
    public AdministrationUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Made with a message for people and the cause.</summary>
    public AdministrationUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
