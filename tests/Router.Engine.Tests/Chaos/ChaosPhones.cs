using System.Text;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Providers;
using Router.Testing;

namespace Router.Engine.Tests.Chaos;

/// <summary>
/// People with phones: what they write is told by the carrier until it is acknowledged, under an id, without one, or in parts, sometimes again. Outlives the silos.
/// </summary>
internal sealed class ChaosPhones(ChaosRun run)
{
    private const int WritingsMax = 40;
    private static readonly PlainKeyedHash Hash = new();
    private static readonly string[][] Numbers = [.. ChaosRun.Shards.Select(NumbersIn)];
    private readonly List<Writing> all = [];
    private readonly List<Writing> owed = [];
    private readonly List<Telling> tellings = [];
    private int messages;

    public IReadOnlyList<Writing> All => all;

    public int Owed => owed.Count;

    private ChaosLedger Ledger => run.Ledger;

    public int Unanswered => tellings.Count(static t => t.Answers == 0);

    /// <summary>The contact of a person of a shard.</summary>
    public static ContactId ContactOf(int shard, int person) => Hash.Contact(1, Channel.Sms, Encoding.ASCII.GetBytes(Numbers[Array.IndexOf(ChaosRun.Shards, shard)][person]));

    /// <summary>Somebody writes.</summary>
    public bool Write(int shard, int person)
    {
        if (all.Count >= WritingsMax)
        {
            return false;
        }

        int number = messages++;
        string from = Numbers[Array.IndexOf(ChaosRun.Shards, shard)][person];
        string own = run.Chance(0.7) ? "+39000" : "39000"; // the one that no configuration lacks
        int parts = run.Chance(0.3) ? 2 + run.Random.Next(2) : 1;
        string id = parts == 1 && run.Chance(0.5) ? $"id{number}" : "";
        for (int part = 1; part <= parts; part++)
        {
            // Punctuation makes a word unique and the same.
            string word = parts > 1 ? $"<{number}.{part}>" : run.Random.Next(5) switch { 0 => "stop", 1 => "stop all", 2 => "start", 3 => "help", _ => $"<{number}>" };
            var writing = new Writing(word.StartsWith('<') ? word : word + new string('.', number + 1), from, own, id, (byte)parts, (byte)part, (ushort)number, ContactOf(shard, person));
            all.Add(writing);
            owed.Add(writing);
        }

        return true;
    }

    /// <summary>Tells one of those owed to <paramref name="silo"/>.</summary>
    public bool TellSome(ChaosSilo silo)
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

        var telling = new Telling(this, writing, silo);
        tellings.Add(telling);
        silo.Engine.Receive(
            new InboundMessage
            {
                Provider = 1, Channel = Channel.Sms, From = Encoding.UTF8.GetBytes(writing.From), To = Encoding.UTF8.GetBytes(writing.Own), Text = Encoding.UTF8.GetBytes(writing.Text),
                Parts = writing.Parts, Part = writing.Part, Reference = writing.Reference, ProviderMessageId = Encoding.UTF8.GetBytes(writing.Id),
            },
            static (state, _, kept) => ((Telling)state!).Answer(kept), telling, 0);
        return true;
    }

    /// <summary>Tells all that are owed.</summary>
    public void TellAll(Func<ChaosSilo> silo)
    {
        for (int left = owed.Count; left > 0; left--)
        {
            TellSome(silo());
        }
    }

    /// <summary>A silo died: what it did not answer is told to another.</summary>
    public void Died(ChaosSilo silo)
    {
        foreach (Telling telling in tellings.Where(t => t.Silo == silo && t.Answers == 0))
        {
            Again(telling.Writing);
        }

        tellings.RemoveAll(t => t.Silo == silo && t.Answers == 0);
    }

    private static string[] NumbersIn(int shard) => [.. Enumerable.Range(0, int.MaxValue)
        .Select(static i => $"+39333{i:D7}")
        .Where(n => Hash.Contact(1, Channel.Sms, Encoding.ASCII.GetBytes(n)).Shard == shard)
        .Take(6)];

    private void Again(Writing writing)
    {
        if (!owed.Contains(writing))
        {
            owed.Add(writing);
        }
    }

    /// <summary>A message as a person wrote it, or a part of one.</summary>
    internal sealed class Writing(string text, string from, string own, string id, byte parts, byte part, ushort reference, ContactId contact)
    {
        public string Text { get; } = text;

        public string From { get; } = from;

        public string Own { get; } = own;

        public string Id { get; } = id;

        public byte Parts { get; } = parts;

        public byte Part { get; } = part;

        public ushort Reference { get; } = reference;

        public ContactId Contact { get; } = contact;

        public bool Acknowledged { get; set; }

        /// <summary>Whether it is one message however often it is told.</summary>
        public bool IsKnownAgain => Id.Length > 0 || Parts > 1;
    }

    private sealed class Telling(ChaosPhones phones, Writing writing, ChaosSilo silo)
    {
        public Writing Writing { get; } = writing;

        public ChaosSilo Silo { get; } = silo;

        public int Answers { get; private set; }

        public void Answer(bool kept)
        {
            Assert.True(++Answers == 1, $"'{Writing.Text}' was answered twice");
            Writing.Acknowledged |= kept;
            if (kept)
            {
                phones.Ledger.Acknowledged(Writing.Text);
            }
            else
            {
                phones.Again(Writing);
            }
        }
    }
}
