using System.Buffers.Binary;
using System.Text;

namespace Router.Host.Tests;

/// <summary>A span as it came by OTLP (opentelemetry/proto/trace/v1/trace.proto), as far as tests look at it.</summary>
internal sealed record CollectedSpan(string Source, string Trace, string Id, string Parent, string Name, ulong Kind, ulong StartNs, ulong EndNs, Dictionary<string, string> Tags)
{
    /// <summary>All spans of an <c>ExportTraceServiceRequest</c>.</summary>
    public static IEnumerable<CollectedSpan> Read(byte[] request) =>
        from resource in Fields(request) where resource.Number == 1
        from scoped in Fields(resource.Bytes) where scoped.Number == 2
        let fields = Fields(scoped.Bytes).ToArray()
        let source = Text(Fields(fields.First(static f => f.Number == 1).Bytes), 1)
        from span in fields where span.Number == 2
        select Of(source, [.. Fields(span.Bytes)]);

    private static CollectedSpan Of(string source, Field[] fields) => new(
        source, Hex(fields, 1), Hex(fields, 2), Hex(fields, 4), Text(fields, 5), Number(fields, 6), Number(fields, 7), Number(fields, 8),
        fields.Where(static f => f.Number == 9).Select(static f => Fields(f.Bytes).ToArray()).ToDictionary(static f => Text(f, 1), static f => Value(f)));

    // Of an AnyValue text and whole numbers are read.
    private static string Value(Field[] keyValue)
    {
        Field value = Fields(keyValue.First(static f => f.Number == 2).Bytes).First();
        return value.Number == 1 ? Encoding.UTF8.GetString(value.Bytes) : value.Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Hex(Field[] fields, int number) => Convert.ToHexStringLower(fields.FirstOrDefault(f => f.Number == number).Bytes ?? []);

    private static string Text(IEnumerable<Field> fields, int number) => Encoding.UTF8.GetString(fields.FirstOrDefault(f => f.Number == number).Bytes ?? []);

    private static ulong Number(Field[] fields, int number) => fields.FirstOrDefault(f => f.Number == number).Value;

    // Protocol Buffers' wire format: a key says the field's number and how long it is.
    private static List<Field> Fields(byte[] message)
    {
        List<Field> fields = [];
        int at = 0;
        while (at < message.Length)
        {
            ulong key = Varint(message, ref at);
            int number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    fields.Add(new Field(number, Varint(message, ref at), []));
                    break;
                case 1:
                    fields.Add(new Field(number, BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(at)), []));
                    at += 8;
                    break;
                case 2:
                    int length = (int)Varint(message, ref at);
                    fields.Add(new Field(number, 0, message[at..(at + length)]));
                    at += length;
                    break;
                case 5:
                    fields.Add(new Field(number, BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(at)), []));
                    at += 4;
                    break;
                default:
                    throw new FormatException("not Protocol Buffers");
            }
        }

        return fields;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private readonly record struct Field(int Number, ulong Value, byte[] Bytes);
}
