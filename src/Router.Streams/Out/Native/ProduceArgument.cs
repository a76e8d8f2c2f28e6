using System.Runtime.InteropServices;

namespace Router.Streams.Out.Native;

/// <summary><c>rd_kafka_vu_t</c>: one thing that is said of a record; which, says <see cref="Kind"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)] // 8, and a union of 64
internal unsafe struct ProduceArgument
{
    /// <summary><c>rd_kafka_vtype_t</c>.</summary>
    public enum What
    {
        /// <summary>A topic's handle.</summary>
        Topic = 2,

        /// <summary>Bytes of the value.</summary>
        Value = 4,

        /// <summary>Bytes of the key.</summary>
        Key = 5,

        /// <summary>What comes back when it is told of.</summary>
        Opaque = 6,

        /// <summary>RD_KAFKA_MSG_F_….</summary>
        Flags = 7,

        /// <summary>A header's name, ended by 0, and its bytes.</summary>
        Header = 9,
    }

    [FieldOffset(0)]
    public What Kind;

    [FieldOffset(8)]
    public nint Pointer;

    [FieldOffset(8)]
    public int Number;

    [FieldOffset(16)]
    public nint Length;

    [FieldOffset(16)]
    public byte* HeaderValue;

    [FieldOffset(24)]
    public nint HeaderLength;

    public static ProduceArgument Of(What kind, nint pointer) => new() { Kind = kind, Pointer = pointer };

    public static ProduceArgument Of(What kind, byte* bytes, int length) => new() { Kind = kind, Pointer = (nint)bytes, Length = length };

    public static ProduceArgument Header(byte* name, byte* value, int length) => new() { Kind = What.Header, Pointer = (nint)name, HeaderValue = value, HeaderLength = length };
}
