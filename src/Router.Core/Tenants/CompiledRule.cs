using Router.Core.Inbound;

namespace Router.Core.Tenants;

/// <summary>A <see cref="KeywordRule"/> with its word folded and its number in the form in which numbers are compared.</summary>
public sealed class CompiledRule
{
    /// <summary>Compiles <paramref name="rule"/>.</summary>
    public CompiledRule(KeywordRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        Rule = rule;
        Word = FoldedText.Of(rule.Word);
        Number = rule.Number is null ? null : OwnNumber.KeyOf(rule.Number);
        Sender = rule.Number is null ? null : new Sender(rule.Number);
    }

    /// <summary>As set.</summary>
    public KeywordRule Rule { get; }

    /// <summary>The folded word.</summary>
    public string Word { get; }

    /// <summary>See <see cref="OwnNumber"/>; null: the tenant's own numbers.</summary>
    public string? Number { get; }

    /// <summary>The number as a sender, from which it is answered; null: as above.</summary>
    public Sender? Sender { get; }

    /// <summary>Whether a folded text is the word, or begins with it where that is enough.</summary>
    public bool Matches(string folded) =>
        folded.StartsWith(Word, StringComparison.Ordinal) && (folded.Length == Word.Length || (Rule.IsPrefix && folded[Word.Length] == ' '));
}
