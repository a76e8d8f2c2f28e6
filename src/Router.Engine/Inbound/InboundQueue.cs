using System.Runtime.InteropServices;
using Router.Core.Addresses;

namespace Router.Engine.Inbound;

/// <summary>
/// Messages from end users that wait for a part of their shard's: each contact's in their order, contacts in turn. Of a contact one whole message goes a part, so what one has waiting would else hold back
/// everybody's. Single-threaded: it belongs to the shard's owner.
/// </summary>
/// <remarks>Constant time and 0 B a message, however many wait: a contact's are linked through themselves.</remarks>
internal sealed class InboundQueue
{
    private readonly Queue<InboundTask> firsts = new();
    private readonly Dictionary<ContactId, InboundTask> lasts = [];

    // Still the first of its contact's chain.
    private InboundTask? taken;

    /// <summary>Contacts that have something waiting.</summary>
    public int Contacts => firsts.Count;

    /// <summary>The first message of each contact, in turn.</summary>
    public Queue<InboundTask>.Enumerator GetEnumerator() => firsts.GetEnumerator();

    /// <summary>Adds a message behind all of its contact.</summary>
    public void Add(InboundTask task)
    {
        ref InboundTask? last = ref CollectionsMarshal.GetValueRefOrAddDefault(lasts, task.Contact, out bool waits);
        if (waits)
        {
            last!.Behind = task;
        }
        else
        {
            firsts.Enqueue(task);
        }

        last = task;
    }

    /// <summary>Takes the first message of the contact whose turn it is; there is one.</summary>
    public InboundTask Take() => taken = firsts.Dequeue();

    /// <summary>The one taken must wait: it stays its contact's first, which is the last in turn now.</summary>
    public void PutBack()
    {
        firsts.Enqueue(taken!);
        taken = null;
    }

    /// <summary>The one taken is done with: takes the next one of its contact. Null: it has none.</summary>
    public InboundTask? TakeBehind()
    {
        InboundTask done = taken!;
        taken = done.Behind;
        done.Behind = null;
        if (taken is null)
        {
            lasts.Remove(done.Contact);
        }

        return taken;
    }

    /// <summary>Nothing that waits is kept, nor the one taken.</summary>
    public void RefuseAll()
    {
        if (taken is not null)
        {
            PutBack();
        }

        while (firsts.Count > 0)
        {
            for (InboundTask? task = Take(); task is not null;)
            {
                InboundTask refused = task;
                task = TakeBehind();
                refused.Answer(false);
            }
        }
    }
}
