using System.Runtime.InteropServices;
using Router.Core.Messages;

namespace Router.Engine.Conversations;

/// <summary>
/// What the listener must still hear of one shard: each conversation once, with its newest inbound message. Bounded: what does not fit is left to storage, which knows it too, and fetched
/// when there is room (<see cref="WantsLook"/>). Single owner, no clock of its own.
/// </summary>
internal sealed class HearingQueue
{
    /// <summary>Conversations held at most.</summary>
    public const int CountMax = 1_024;

    /// <summary>Calls under way at most.</summary>
    public const int UnderWayMax = 16;

    private const int FirstPauseMs = 500;
    private const int LastPauseMs = 30_000;
    private readonly Dictionary<(int Tenant, ConversationId Id), Item> items = [];
    private readonly Queue<(int Tenant, ConversationId Id)> ready = new();
    private readonly PriorityQueue<(int Tenant, ConversationId Id), long> later = new();
    private bool mayHaveMore;
    private bool looking;
    private int underWay;

    /// <summary>Conversations held.</summary>
    public int Count => items.Count;

    /// <summary>Whether storage should be asked for what does not fit, or was left by an earlier owner.</summary>
    public bool WantsLook => mayHaveMore && !looking && items.Count == 0;

    /// <summary>Adds an inbound message.</summary>
    public void Add(int tenant, in ConversationId id, ulong head)
    {
        (int, ConversationId) key = (tenant, id);
        ref Item item = ref CollectionsMarshal.GetValueRefOrNullRef(items, key);
        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref item))
        {
            item.Head = Math.Max(item.Head, head);
            return;
        }

        if (items.Count >= CountMax)
        {
            mayHaveMore = true;
            return;
        }

        items.Add(key, new Item { Head = head });
        ready.Enqueue(key);
    }

    /// <summary>Takes the next to be told; false: none, or enough are under way.</summary>
    public bool TryTake(long nowMs, out int tenant, out ConversationId id, out ulong head)
    {
        while (later.TryPeek(out (int, ConversationId) due, out long atMs) && atMs <= nowMs)
        {
            later.Dequeue();
            ready.Enqueue(due);
        }

        if (underWay >= UnderWayMax || !ready.TryDequeue(out (int Tenant, ConversationId Id) key))
        {
            (tenant, id, head) = (0, default, 0);
            return false;
        }

        underWay++;
        (tenant, id) = key;
        head = items[key].Head;
        return true;
    }

    /// <summary>What was taken was heard, or not; true: the caller writes down that it was.</summary>
    public bool Told(int tenant, in ConversationId id, ulong head, bool heard, long nowMs)
    {
        underWay--;
        (int, ConversationId) key = (tenant, id);
        ref Item item = ref CollectionsMarshal.GetValueRefOrNullRef(items, key);
        if (!heard)
        {
            // Doubled from half a second to half a minute: a silo that dies takes about one.
            item.PauseMs = item.PauseMs == 0 ? FirstPauseMs : Math.Min(item.PauseMs * 2, LastPauseMs);
            later.Enqueue(key, nowMs + item.PauseMs);
            return false;
        }

        if (item.Head > head)
        {
            item.PauseMs = 0;
            ready.Enqueue(key); // another came in meanwhile
        }
        else
        {
            items.Remove(key);
        }

        return true;
    }

    /// <summary>Storage may hold more than what is here.</summary>
    public void ExpectMore() => mayHaveMore = true;

    /// <summary>Storage is being asked.</summary>
    public void Look() => looking = true;

    /// <summary>Storage was asked.</summary>
    /// <param name="mayHaveMore">It gave as many as it was asked for, or it failed.</param>
    public void Looked(bool mayHaveMore)
    {
        looking = false;
        this.mayHaveMore = mayHaveMore;
    }

    private struct Item
    {
        public ulong Head;
        public int PauseMs;
    }
}
