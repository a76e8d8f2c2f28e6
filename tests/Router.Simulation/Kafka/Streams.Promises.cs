using System.Text;
using Confluent.Kafka;
using Router.Core.Messages;
using Router.Engine.Inbound;
using Router.Engine.Journal;

namespace Router.Simulation.Kafka;

/// <content>What must hold of records: each is one message or one dead letter, none is passed over, and each event comes out at least once under one id, in order within its conversation.</content>
internal sealed partial class Streams
{
    private readonly Dictionary<string, string> letters = []; // by place, why
    private readonly HashSet<string> copies = [];
    private readonly Dictionary<string, byte[]> told = [];
    private readonly Dictionary<string, string> lastOf = [];

    /// <summary>The store kept a dead letter.</summary>
    public void Kept(DeadRecord letter)
    {
        Violation.Unless(letters.TryAdd(letter.Place, letter.Reason), $"{letter.Place} was kept as a dead letter twice");
        Run.Coverage.Count("act: dead letter " + letter.Reason);
    }

    /// <summary>The brokers took a record of Router's.</summary>
    public void Wrote(string topic, Message<byte[], byte[]> message)
    {
        if (topic == "router.deadletter")
        {
            copies.Add(Encoding.UTF8.GetString(message.Key));
            return;
        }

        string id = Encoding.ASCII.GetString(message.Headers.GetLastBytes("ce_id"));
        if (!told.TryAdd(id, message.Key))
        {
            Run.Coverage.Count("fault: an event was written twice");
            Violation.Unless(told[id].AsSpan().SequenceEqual(message.Key), $"two events have the id {id}");
            return;
        }

        // Ids are places in the log.
        string conversation = Convert.ToHexString(message.Key);
        string last = lastOf.GetValueOrDefault(conversation, "");
        Violation.Unless(string.CompareOrdinal(id, last) > 0, $"the event {id} was written after {last} of the same conversation");
        lastOf[conversation] = id;
        Run.Coverage.Count("act: an event was written");
    }

    /// <summary>What is wrong once all is at rest; null: nothing.</summary>
    public string? WhatIsBroken(IEnumerable<SimulatedSilo> silos)
    {
        if (Broker.Partitions.Any(p => Broker.FurthestOf(p.Key) < p.Value.Count))
        {
            return $"not all records are committed: {Broker}; {string.Join(' ', silos.Select(static s => s.Streams!.ToString()))}";
        }

        foreach (StreamRecord record in written)
        {
            bool isMessage = record.Wish is { } wish && Run.Ledger.MessageOf(wish.Text) is not null;
            bool isLetter = letters.TryGetValue(record.Place, out string? reason);
            if (!IsSettled(record))
            {
                return $"{record.Place} is no message and no dead letter: {record.Wish?.Text}";
            }

            // Where a tenant has too many waiting its record becomes a dead letter; read again before that is committed, it may find room.
            if (isMessage && isLetter && reason != "over_bound")
            {
                return $"{record.Place} is a message and a dead letter ({reason}): {record.Wish!.Text}";
            }

            if (isLetter && !isMessage && !copies.Contains(record.Place))
            {
                return $"the dead letter {record.Place} ({reason}) has no copy";
            }
        }

        IGrouping<(int, string), StreamRecord>? two = written.Where(static r => r is { Wish: not null, Key: not null }).GroupBy(static r => (r.Wish!.Tenant, r.Key!))
            .FirstOrDefault(g => g.Select(static r => r.Wish!.Text).Distinct().Count(t => Run.Ledger.MessageOf(t) is not null) > 1);
        return two is not null ? $"the id {two.Key} has two messages" : WhatIsBrokenOfEvents();
    }

    private bool IsSettled(StreamRecord record) =>
        record.Told is not null || letters.ContainsKey(record.Place) || (record.Wish is { } wish && Run.Ledger.MessageOf(wish.Text) is not null);

    private string? WhatIsBrokenOfEvents()
    {
        var all = new StructList<LogEvent>(1_024);
        LogPosition looked = Run.Store.Log.Begin;
        while (looked < Run.Store.Log.End)
        {
            looked = Run.Store.Log.Read(0, looked, all, 1_024);
        }

        int count = 0;
        foreach (ref readonly LogEvent one in all.Span)
        {
            if (one.Entry.Tenant == 0)
            {
                continue;
            }

            count++;
            string id = UuidText.ToText((ulong)one.Position.Commit, (ulong)one.Position.Index);
            if (!told.ContainsKey(id))
            {
                return $"the event at {one.Position} of tenant {one.Entry.Tenant} was never written";
            }
        }

        return told.Count == count ? null : $"{told.Count} events were written, there are {count}";
    }
}
