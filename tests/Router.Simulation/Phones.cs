using System.Text;
using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Simulation;

/// <summary>
/// People with phones: what they write is told by the carrier until it is acknowledged, under an id, without one, or in parts, sometimes again. Outlives the silos.
/// </summary>
internal sealed class Phones(SimulationRun run)
{
    private const int WritingsMax = 60;
    private readonly List<Writing> all = [];
    private readonly List<Writing> owed = [];
    private readonly HashSet<Telling> unanswered = [];
    private int messages;

    public IReadOnlyList<Writing> All => all;

    public int Owed => owed.Count;

    public int Unanswered => unanswered.Count;

    /// <summary>A person writes to a number of a tenant.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="from">The person's number.</param>
    /// <param name="own">The tenant's, one that it always has.</param>
    public bool Write(int tenant, string from, string own)
    {
        if (all.Count >= WritingsMax)
        {
            return false;
        }

        run.Coverage.Count("act: an end user wrote");
        int number = messages++;
        if (WriteAgain(tenant, from))
        {
            return true;
        }

        own = run.Chance(0.7) ? own : own[1..];
        int parts = run.Chance(0.3) ? 2 + run.Random.Next(2) : 1;
        int reference = parts > 1 && run.Chance(0.3) ? number % 4 : number; // references are few and come again
        string id = parts == 1 && run.Chance(0.5) ? $"id{number}" : "";
        for (int part = 1; part <= parts; part++)
        {
            // Punctuation makes a word unique and the same.
            string word = parts > 1 ? $"<{number}.{part}>" : run.Random.Next(6) switch { 0 => "stop", 1 => "stop all", 2 or 3 => "start", 4 => "help", _ => $"<{number}>" };
            Add(new Writing(word.StartsWith('<') ? word : word + new string('.', number + 1), from, own, id, (byte)parts, (byte)part, (ushort)reference, tenant, provider: 1));
        }

        return true;
    }

    // What was written before, and is another message all the same: without an id, or under one that is another account's or another person's. Words of power are left out: what they left in force is known by their text.
    private bool WriteAgain(int tenant, string from)
    {
        double draw = run.Random.NextDouble();
        Writing[] before = [.. all.Where(w => w.Parts == 1 && w.Text.StartsWith('<') && (draw < 0.15 ? w.Id.Length == 0 : w.Id.Length > 0))];
        if (draw >= 0.25 || before.Length == 0)
        {
            return false;
        }

        Writing first = before[run.Random.Next(before.Length)];
        bool isOthers = first.Id.Length > 0 && first.Tenant == tenant && run.Chance(0.5);
        var again = new Writing(first.Text, isOthers ? from : first.From, first.Own, first.Id, 1, 1, first.Reference, first.Tenant, provider: first.Id.Length == 0 || isOthers ? 1 : 2);
        if (again.IsKnownAgain && all.Exists(w => w.Id == again.Id && w.From == again.From && w.Provider == again.Provider))
        {
            return false; // this one would be the same
        }

        run.Coverage.Count(first.Id.Length == 0 ? "act: the same words again" : isOthers ? "act: another's id" : "act: an id of another account");
        Add(again);
        return true;
    }

    /// <summary>Whether another message has the reference of a part's: then which of them it belongs to can't be told.</summary>
    public bool IsReferenceUsedAgain(Writing part) =>
        all.Exists(w => w.Parts == part.Parts && w.Part == part.Part && w.Reference == part.Reference && w.From == part.From && w.Own[^5..] == part.Own[^5..] && w.Text != part.Text);

    private void Add(Writing writing)
    {
        all.Add(writing);
        owed.Add(writing);
    }

    /// <summary>Tells one of those owed to <paramref name="silo"/>.</summary>
    public bool TellSome(SimulatedSilo silo)
    {
        if (owed.Count == 0)
        {
            return false;
        }

        Writing writing = owed[run.Random.Next(owed.Count)];
        if (!writing.IsKnownAgain || !run.Chance(0.1))
        {
            owed.Remove(writing); // else it comes again, whatever becomes of this one
        }

        if (run.Streams is { } streams && writing is { Parts: 1, Id.Length: > 0, Provider: 1 } && run.Chance(0.3))
        {
            streams.Tell(writing.From, writing.Own, writing.Text, writing.Id, () =>
            {
                writing.Acknowledged = true;
                Acknowledged(writing.Text);
            });
            return true;
        }

        var telling = new Telling(this, writing, silo);
        unanswered.Add(telling);
        silo.Engine.Receive(
            new InboundMessage
            {
                Provider = writing.Provider, Channel = Channel.Sms, From = Encoding.UTF8.GetBytes(writing.From), To = Encoding.UTF8.GetBytes(writing.Own), Text = Encoding.UTF8.GetBytes(writing.Text),
                Parts = writing.Parts, Part = writing.Part, Reference = writing.Reference, ProviderMessageId = Encoding.UTF8.GetBytes(writing.Id),
            },
            static (state, _, kept) => ((Telling)state!).Answer(kept), telling, 0);
        return true;
    }

    /// <summary>Tells all that are owed.</summary>
    public void TellAll(Func<SimulatedSilo> silo)
    {
        for (int left = owed.Count; left > 0 && owed.Count > 0; left--)
        {
            TellSome(silo());
        }
    }

    /// <summary>A silo died: what it did not answer is told to another.</summary>
    public void Died(SimulatedSilo silo)
    {
        foreach (Telling telling in unanswered.Where(t => t.Silo == silo).ToArray())
        {
            unanswered.Remove(telling);
            Again(telling.Writing);
        }
    }

    private void Again(Writing writing)
    {
        if (!owed.Contains(writing))
        {
            owed.Add(writing);
        }
    }

    /// <summary>A message as a person wrote it, or a part of one.</summary>
    internal sealed class Writing(string text, string from, string own, string id, byte parts, byte part, ushort reference, int tenant, int provider)
    {
        public string Text { get; } = text;

        public string From { get; } = from;

        public string Own { get; } = own;

        public string Id { get; } = id;

        public byte Parts { get; } = parts;

        public byte Part { get; } = part;

        public ushort Reference { get; } = reference;

        public int Tenant { get; } = tenant;

        /// <summary>The account that tells it.</summary>
        public int Provider { get; } = provider;

        public bool Acknowledged { get; set; }

        /// <summary>Whether it is one message however often it is told.</summary>
        public bool IsKnownAgain => Id.Length > 0 || Parts > 1;
    }

    private sealed class Telling(Phones phones, Writing writing, SimulatedSilo silo)
    {
        private int answers;

        public Writing Writing { get; } = writing;

        public SimulatedSilo Silo { get; } = silo;

        public void Answer(bool kept)
        {
            Violation.Unless(++answers == 1, $"'{Writing.Text}' was answered twice");
            phones.unanswered.Remove(this);
            Writing.Acknowledged |= kept;
            if (kept)
            {
                phones.Acknowledged(Writing.Text);
            }
            else
            {
                phones.Again(Writing);
            }
        }
    }

    private void Acknowledged(string text) => run.Ledger.Acknowledged(text);
}
