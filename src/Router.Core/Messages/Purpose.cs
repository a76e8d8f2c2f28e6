namespace Router.Core.Messages;

/// <summary>Why a message is sent (R2.1); the lower number leaves first (R3.2). Stored; the numbers never change.</summary>
public enum Purpose : byte
{
    /// <summary>One-time passwords.</summary>
    Otp = 0,

    /// <summary>About a transaction of the recipient.</summary>
    Transactional = 1,

    /// <summary>About a service the recipient uses.</summary>
    Service = 2,

    /// <summary>Marketing: needs prior consent.</summary>
    Marketing = 3,
}
