using System.Buffers.Binary;
using Router.Core.Addresses;
using Router.Engine.Journal;
using Router.Storage.Memory;

namespace Router.Storage.Lookups;

/// <content>Departures that count for a recipient's limit: only of tenants that have one, so mostly nothing.</content>
internal sealed partial class RunWriter
{
    private void WriteDepartures(Run run, Generation generation)
    {
        ContactId[] contacts = new ContactId[generation.Departures.Count];
        for (int i = 0; i < contacts.Length; i++)
        {
            contacts[i] = generation.Departures[i].Contact;
        }

        Array.Sort(contacts);
        Span<byte> key = stackalloc byte[ContactId.Size];
        StructList<long> times = new(16);
        blocks.Begin(run.Number, RunKind.Departures, key.Length);
        for (int i = 0; i < contacts.Length; i++)
        {
            times.Clear();
            generation.CopyDepartures(contacts[i], long.MinValue, times, ContactRead.DeparturesMax);
            contacts[i].Write(key);
            Span<byte> to = blocks.Add(key, times.Count * sizeof(long));
            foreach (long atMs in times.Span)
            {
                BinaryPrimitives.WriteInt64LittleEndian(to, atMs);
                to = to[sizeof(long)..];
            }

            run.Departures!.Add(BloomFilter.Hash(contacts[i]));
        }

        blocks.Flush();
    }
}
