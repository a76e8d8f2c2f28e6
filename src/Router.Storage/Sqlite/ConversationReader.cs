using System.Buffers.Binary;
using System.Text;
using Router.Core.Addresses;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;

namespace Router.Storage.Sqlite;

/// <summary>Reads the table <c>conversation</c>, for one thread.</summary>
internal sealed class ConversationReader : IDisposable
{
    private const string Columns = "SELECT id, tenant, state, agent, active, inbound, inbounds, heard, slot, assignee FROM conversation ";

    private readonly IRecordSealer sealer;
    private readonly Statement find;
    private readonly Statement list;
    private readonly Statement listAgent;
    private readonly Statement unheard;

    public ConversationReader(Database database, IRecordSealer sealer)
    {
        this.sealer = sealer;
        find = database.Prepare(Columns + "WHERE tenant = ?1 AND id = ?2");
        list = database.Prepare(Columns + "WHERE tenant = ?1 AND state = ?2 AND active < ?3 ORDER BY active DESC LIMIT ?4");
        listAgent = database.Prepare(Columns + "WHERE tenant = ?1 AND state = ?2 AND active < ?3 AND agent = ?5 AND agent <> 0 ORDER BY active DESC LIMIT ?4");
        unheard = database.Prepare(Columns + "WHERE shard = ?1 AND heard < inbound ORDER BY active LIMIT ?2");
    }

    /// <summary>A conversation; not found when the tenant has no row of it.</summary>
    /// <param name="tenant">The tenant's number.</param>
    /// <param name="id">Which.</param>
    /// <param name="opensName">Whether the assignee's name is opened, else it is null.</param>
    /// <exception cref="StorageException">The name's key is damaged.</exception>
    public StoredConversation Find(int tenant, in ConversationId id, bool opensName = true)
    {
        Span<byte> bytes = stackalloc byte[ConversationTable.IdLength];
        ConversationTable.WriteId(id, bytes);
        try
        {
            return find.Bind(1, tenant).Bind(2, bytes).Step() ? Read(find, opensName) : new StoredConversation { Tenant = tenant, Id = id };
        }
        finally
        {
            find.Reset();
        }
    }

    /// <summary>A page, the newest activity first. Each state lies in an index of its own order: without one asked for, two are merged.</summary>
    public ConversationPage List(ConversationQuery query)
    {
        List<StoredConversation> found = [];
        if (query.State != ConversationState.Closed)
        {
            Add(query, ConversationState.Open, found);
        }

        if (query.State != ConversationState.Open)
        {
            Add(query, ConversationState.Closed, found);
        }

        found.Sort(static (a, b) => b.Facts.ActiveHead.CompareTo(a.Facts.ActiveHead));
        return found.Count > query.Limit
            ? new ConversationPage(found[..query.Limit], found[query.Limit - 1].Facts.ActiveHead)
            : new ConversationPage(found, 0);
    }

    /// <summary>Those of a shard whose last inbound message was not heard of, the oldest first, without names.</summary>
    public List<StoredConversation> FindUnheard(int shard, int max)
    {
        List<StoredConversation> found = [];
        try
        {
            unheard.Bind(1, shard).Bind(2, max);
            while (unheard.Step())
            {
                found.Add(Read(unheard, opensName: false));
            }

            return found;
        }
        finally
        {
            unheard.Reset();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        find.Dispose();
        list.Dispose();
        listAgent.Dispose();
        unheard.Dispose();
    }

    private static ulong ToHead(long key) => key == 0 ? 0 : MessageId.ToHead(key);

    private void Add(ConversationQuery query, ConversationState state, List<StoredConversation> found)
    {
        Statement select = query.Agent == 0 ? list : listAgent;
        try
        {
            select.Bind(1, query.Tenant).Bind(2, (long)state).Bind(3, query.BeforeHead == 0 ? long.MaxValue : ConversationTable.ToKey(query.BeforeHead)).Bind(4, query.Limit + 1);
            if (query.Agent != 0)
            {
                select.Bind(5, (long)query.Agent);
            }

            while (select.Step())
            {
                found.Add(Read(select, opensName: true));
            }
        }
        finally
        {
            select.Reset();
        }
    }

    private StoredConversation Read(Statement row, bool opensName)
    {
        ReadOnlySpan<byte> id = row.Blob(0);
        ulong tail = BinaryPrimitives.ReadUInt64BigEndian(id[8..]);
        int tenant = (int)row.Long(1);
        uint keySlot = (uint)row.Long(8);
        byte[]? assignee = opensName && row.Blob(9) is { IsEmpty: false } name ? SealedText.TryOpen(sealer, tenant, keySlot, name) : null;
        return new StoredConversation
        {
            Id = new ConversationId(new ContactId(BinaryPrimitives.ReadUInt64BigEndian(id), (uint)(tail >> 32)), (uint)tail),
            Tenant = tenant,
            Found = true,
            KeySlot = keySlot,
            Facts = new ConversationFacts
            {
                State = (ConversationState)row.Long(2),
                Agent = (ulong)row.Long(3),
                Assignee = assignee is null ? null : Encoding.UTF8.GetString(assignee),
                ActiveHead = ToHead(row.Long(4)),
                InboundHead = ToHead(row.Long(5)),
                Inbounds = (uint)row.Long(6),
                HeardHead = ToHead(row.Long(7)),
            },
        };
    }
}
