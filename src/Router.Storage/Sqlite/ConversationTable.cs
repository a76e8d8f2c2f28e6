using System.Buffers.Binary;
using System.Text;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;

namespace Router.Storage.Sqlite;

/// <summary>
/// The table <c>conversation</c>, written by the writer's thread in the journal's own transaction: it needs no recovery, and only acts and inbound messages touch it. The assignee's name
/// is sealed under the contact's key; what one lists by it is its keyed hash. Who could not read the name of the one it is still assigned to writes none: what was sealed stays.
/// </summary>
internal sealed class ConversationTable : IDisposable
{
    /// <summary>Bytes of an id in the table.</summary>
    public const int IdLength = 16;

    private readonly IRecordSealer sealer;
    private readonly Statement upsert;

    public ConversationTable(Database database, IRecordSealer sealer)
    {
        this.sealer = sealer;
        upsert = database.Prepare("""
            INSERT INTO conversation(tenant, id, shard, state, agent, active, inbound, inbounds, heard, slot, assignee) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            ON CONFLICT(tenant, id) DO UPDATE SET state = excluded.state, agent = excluded.agent, active = excluded.active, inbound = excluded.inbound, inbounds = excluded.inbounds,
                heard = excluded.heard, slot = excluded.slot, assignee = CASE WHEN excluded.agent = agent AND length(excluded.assignee) = 0 THEN assignee ELSE excluded.assignee END
            """);
    }

    /// <summary>Writes a row as it is now.</summary>
    public void Write(in StoredConversation row)
    {
        Span<byte> id = stackalloc byte[IdLength];
        WriteId(row.Id, id);
        byte[] assignee = row.Facts.Assignee is { } name ? SealedText.TrySeal(sealer, row.Tenant, row.KeySlot, Encoding.UTF8.GetBytes(name)) ?? [] : [];
        upsert.Bind(1, row.Tenant).Bind(2, id).Bind(3, row.Id.Shard).Bind(4, (long)row.Facts.State).Bind(5, (long)row.Facts.Agent)
            .Bind(6, ToKey(row.Facts.ActiveHead)).Bind(7, ToKey(row.Facts.InboundHead)).Bind(8, row.Facts.Inbounds).Bind(9, ToKey(row.Facts.HeardHead))
            .Bind(10, row.KeySlot).Bind(11, assignee.AsSpan()).Run();
    }

    /// <summary>Writes the 16 bytes of an id.</summary>
    public static void WriteId(in ConversationId id, Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, id.Contact.High);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], id.Tail);
    }

    /// <summary>A head as the table has it: without its version bits, so that it sorts; 0 stays 0.</summary>
    public static long ToKey(ulong head) => head == 0 ? 0 : MessageId.ToRowKey(head);

    /// <inheritdoc/>
    public void Dispose() => upsert.Dispose();
}
