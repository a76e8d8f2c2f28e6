using System.Buffers.Binary;
using System.Text;
using Confluent.Kafka;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Accepting;
using Router.Engine.Shards;
using Router.Grains.Administration;
using Router.Streams.Topics;

namespace Router.Streams.In;

/// <summary>Makes requests of records: whose it is, its key, its body. The reader's thread.</summary>
/// <remarks>Hot path: 0 B a record beside the client's.</remarks>
internal sealed class RecordReader(IAdministration administration, IShards shards, RequestMaker maker, TimeProvider time)
{
    // No line of a stream has these: keys of events and places of records are kept apart from each other and from all keys of HTTP.
    private const long EventLine = -5;
    private const long PlaceLine = -6;
    private const int KeyBytesMax = 2_048;

    private readonly byte[] scratch = new byte[MessageDecoder.ScratchBytesMax];

    /// <summary>Reads it into <paramref name="request"/>; else <paramref name="reason"/> says what is wrong.</summary>
    public RecordVerdict Read(RecordSource source, Headers headers, ReadOnlySpan<byte> value, long offset, long atMs, AcceptRequest request, out string reason)
    {
        reason = "";
        Configuration current = administration.Current;
        string? name = source.Tenant ?? NameIn(headers);
        if (name is null)
        {
            reason = "tenant_missing";
            return RecordVerdict.Dead;
        }

        if (current.FindTenant(name) is not { IsDeleting: false } tenant)
        {
            reason = "unknown_tenant";
            return RecordVerdict.Dead;
        }

        if (shards.WaitingOf(tenant.Number) >= tenant.Settings.Limits.Waiting)
        {
            reason = "over_bound";
            return source.Kind == TopicKind.Outbound ? RecordVerdict.Wait : RecordVerdict.Dead;
        }

        Span<byte> key = stackalloc byte[KeyBytesMax];
        if (!TryWriteKey(source, headers, offset, atMs, key, out int keyLength, out long line))
        {
            reason = "invalid_header";
            return RecordVerdict.Dead;
        }

        Span<byte> unescaped = scratch.AsSpan(0, MessageDecoder.ScratchBytes(value.Length));
        bool made = maker.TryMake(value, unescaped, time.GetUtcNow().ToUnixTimeMilliseconds(), tenant, key[..keyLength], line, request, out BodyProblem problem);
        unescaped.Clear(); // content at rest would outlive its erasure (DESIGN §8)
        if (!made)
        {
            reason = problem.CodeWord;
            return RecordVerdict.Dead;
        }

        return RecordVerdict.Message;
    }

    /// <summary>Whether the tenant of a topic has as many messages waiting as it may, still.</summary>
    public bool IsFull(ReadPartition partition) =>
        partition.Source.Tenant is { } name && administration.Current.FindTenant(name) is { IsDeleting: false } tenant && shards.WaitingOf(tenant.Number) >= tenant.Settings.Limits.Waiting;

    /// <summary>Whether it is known by headers, not by its place.</summary>
    public static bool HasKey(Headers headers) => TryReadKey(headers, out _, out _);

    private static string? NameIn(Headers headers) => headers.TryGetLastBytes("ce_tenant", out byte[] bytes) && bytes is not null ? Encoding.UTF8.GetString(bytes) : null;

    // ce_source and ce_id where both are there; else the record's place, which is the same however often it is read, and its time, which is another where a topic was made anew.
    private static bool TryWriteKey(RecordSource from, Headers headers, long offset, long atMs, Span<byte> key, out int length, out long line)
    {
        if (TryReadKey(headers, out byte[] id, out byte[] source))
        {
            line = EventLine;
            length = source.Length + 1 + id.Length;
            if (length > key.Length)
            {
                return false;
            }

            source.CopyTo(key);
            key[source.Length] = (byte)'\n';
            id.CopyTo(key[(source.Length + 1)..]);
            return true;
        }

        line = PlaceLine;
        length = Encoding.UTF8.GetBytes(from.At.Topic, key); // a topic's name has 249 characters at most
        BinaryPrimitives.WriteInt32LittleEndian(key[length..], from.At.Partition.Value);
        BinaryPrimitives.WriteInt64LittleEndian(key[(length + 4)..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(key[(length + 12)..], atMs);
        length += 20;
        return true;
    }

    private static bool TryReadKey(Headers headers, out byte[] id, out byte[] source)
    {
        source = [];
        return headers.TryGetLastBytes("ce_id", out id) && id is { Length: > 0 } && headers.TryGetLastBytes("ce_source", out source) && source is { Length: > 0 };
    }
}
