namespace Router.Core.Messages;

/// <summary>Which way a message goes. The wire's word is the name in lower case. Stored; the numbers never change.</summary>
public enum MessageDirection : byte
{
    /// <summary>Tenant to end user.</summary>
    Outbound = 0,

    /// <summary>End user to tenant.</summary>
    Inbound = 1,
}
