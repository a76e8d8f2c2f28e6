namespace Router.Core.Consent;

/// <summary>A change of a contact's flags: the bits of <paramref name="Mask"/> become those of <paramref name="Value"/>, the others stay.</summary>
public readonly record struct FlagsChange(uint Mask, uint Value)
{
    /// <summary>Applies the change.</summary>
    public ContactFlags Apply(ContactFlags flags) => new((flags.Bits & ~Mask) | (Value & Mask));

    /// <summary>The change that <paramref name="setter"/> makes, found by applying it to a word of zeros and one of ones.</summary>
    public static FlagsChange Of(Func<ContactFlags, ContactFlags> setter)
    {
        ArgumentNullException.ThrowIfNull(setter);
        uint zeros = setter(new ContactFlags(0)).Bits;
        uint ones = setter(new ContactFlags(uint.MaxValue)).Bits;
        return new FlagsChange(~(zeros ^ ones), zeros);
    }
}
