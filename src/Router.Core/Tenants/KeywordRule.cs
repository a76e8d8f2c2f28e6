namespace Router.Core.Tenants;

/// <summary>What an inbound message that matches a <see cref="KeywordRule"/> does. Stored by name.</summary>
public enum KeywordAction : byte
{
    /// <summary>Nothing but the rule's reply, if it has one.</summary>
    None = 0,

    /// <summary>As STOP.</summary>
    Stop = 1,

    /// <summary>As START.</summary>
    Start = 2,

    /// <summary>As HELP: answered with the rule's reply.</summary>
    Help = 3,
}

/// <summary>
/// A rule for inbound messages of a tenant (R1.5): a text that is <see cref="Word"/>, or begins with it as a word of its own, whatever the letters' case.
/// </summary>
public sealed record KeywordRule
{
    /// <summary>The word, 1 to 40 characters without white space.</summary>
    public required string Word { get; init; }

    /// <summary>Whether a text that goes on after the word matches too; else it must be the word alone.</summary>
    public bool IsPrefix { get; init; }

    /// <summary>
    /// A number shared by several tenants (none's own sender): a text there that matches is this tenant's. Null: the rule is for the tenant's own numbers.
    /// </summary>
    public string? Number { get; init; }

    /// <summary>What it does.</summary>
    public KeywordAction Action { get; init; }

    /// <summary>Answered to the contact, 1 to 1,000 characters; null: nothing is.</summary>
    public string? Reply { get; init; }
}
