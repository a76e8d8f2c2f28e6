using Router.Core.Addresses;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <content>What was kept of each contact's flags, and what of it is in force.</content>
internal sealed partial class Ledger
{
    private readonly Dictionary<ContactId, List<FlagsKept>> flags = [];
    private readonly Dictionary<string, List<FlagsKept>> flagsOfTexts = [];

    /// <summary>A message was acknowledged: what it left in force is answered.</summary>
    public void Acknowledged(string text) => flagsOfTexts.GetValueOrDefault(text)?.ForEach(static f => f.Answered |= f.Flags.TakesAway);

    /// <summary>A contact's flags from the <paramref name="from"/>-th that was kept on.</summary>
    public IEnumerable<FlagBits> FlagsSince(ContactId contact, int from) => FlagsOf(contact).Skip(from).Select(static f => f.Flags);

    /// <summary>A change of flags was answered: it is in force from now on.</summary>
    public void Answered(ContactId contact, FlagBits answer)
    {
        // The first that it can be: of two changes to the same flags the second may be kept and not answered yet.
        FlagsKept? kept = FlagsOf(contact).Find(f => !f.IsTold && !f.IsPersons && f.Flags == answer);
        Violation.Unless(kept is not null, $"flags {answer} of {contact} were answered and never kept");
        kept!.Answered = kept.IsTold = true;
    }

    /// <summary>Whether what is in force forbids a message: all that was kept since some answered change does.</summary>
    public bool Forbids(ContactId contact, string purpose, bool confirms)
    {
        List<FlagsKept> all = FlagsOf(contact);
        for (int i = all.Count - 1; i >= 0 && (confirms ? all[i].Flags.ForbidConfirmation : all[i].Flags.Forbid(purpose)); i--)
        {
            if (all[i].Answered)
            {
                return true;
            }
        }

        return false;
    }

    private List<FlagsKept> FlagsOf(ContactId contact)
    {
        if (!flags.TryGetValue(contact, out List<FlagsKept>? all))
        {
            flags.Add(contact, all = [new FlagsKept(default) { Answered = true }]);
        }

        return all;
    }

    private sealed class FlagsKept(FlagBits flags)
    {
        public FlagBits Flags { get; } = flags;

        public bool Answered { get; set; }

        /// <summary>Whoever asked for it over HTTP was answered; a person's word may have been answered by it before.</summary>
        public bool IsTold { get; set; }

        /// <summary>A word of the person's made it.</summary>
        public bool IsPersons { get; init; }
    }
}
