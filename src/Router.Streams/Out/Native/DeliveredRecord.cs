using System.Runtime.InteropServices;

namespace Router.Streams.Out.Native;

/// <summary><c>rd_kafka_message_t</c>, of which a report needs the first field and the last.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal struct DeliveredRecord
{
    /// <summary>0: the brokers have it.</summary>
    [FieldOffset(0)]
    public int Code;

    /// <summary>What was given with it.</summary>
    [FieldOffset(64)]
    public nint Opaque;
}
