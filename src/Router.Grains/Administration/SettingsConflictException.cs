using Router.Core.Tenants;

namespace Router.Grains.Administration;

/// <summary>Settings would take what is another tenant's: 409, nothing was changed.</summary>
public sealed class SettingsConflictException : Exception
{
    /// <summary>Made without a field.</summary>
    public SettingsConflictException()
        : this("settings would take what is another tenant's")
    {
    }

    /// <summary>Made with a message for people.</summary>
    public SettingsConflictException(string message)
        : base(message)
    {
    }

    /// <summary>Made with a message for people and the cause.</summary>
    public SettingsConflictException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Made of the fault.</summary>
    public SettingsConflictException(SettingsFault fault)
        : this("settings would take what is another tenant's") => Fault = fault;

    /// <summary>The field, and what to do.</summary>
    public SettingsFault? Fault { get; }
}
