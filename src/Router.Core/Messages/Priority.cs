namespace Router.Core.Messages;

/// <summary>Order within a purpose: <c>high</c> before <c>normal</c> before <c>low</c>. Stored; the numbers never change.</summary>
public enum Priority : byte
{
    /// <summary>Before the others of its purpose.</summary>
    High = 0,

    /// <summary>The default.</summary>
    Normal = 1,

    /// <summary>After the others of its purpose.</summary>
    Low = 2,
}
