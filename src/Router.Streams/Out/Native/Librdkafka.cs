using System.Runtime.InteropServices;

namespace Router.Streams.Out.Native;

/// <summary>
/// Of librdkafka's C interface (<c>rdkafka.h</c> 2.16, the library that Confluent.Kafka brings and loads) what <see cref="RecordProducer"/> needs. Confluent.Kafka's own way costs 3 µs and
/// 0.8 KB a record with seven headers (a name's copy, two handles and a call each); this is one call without garbage.
/// </summary>
internal static unsafe partial class Librdkafka
{
    /// <summary>RD_KAFKA_PRODUCER.</summary>
    public const int Producer = 0;

    /// <summary>RD_KAFKA_MSG_F_COPY: what is handed over may be used again at once.</summary>
    public const int Copy = 2;

    /// <summary>RD_KAFKA_CONF_OK.</summary>
    public const int ConfigurationOk = 0;

    private const string Library = "librdkafka";

    // As Confluent.Kafka looks for it: the first needs libsasl2, which minimal images lack, the others have all that they need within.
    private static readonly string[] builds = ["librdkafka", "centos8-librdkafka", "alpine-librdkafka"];

    static Librdkafka() => NativeLibrary.SetDllImportResolver(typeof(Librdkafka).Assembly, static (name, assembly, _) => name == Library ? Load() : 0);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_new")]
    public static partial nint NewConfiguration();

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_destroy")]
    public static partial void DestroyConfiguration(nint configuration);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Set(nint configuration, string name, string value, byte* fault, nuint faultLength);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_opaque")]
    public static partial void SetOpaque(nint configuration, nint opaque);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_log_cb")]
    public static partial void SetLog(nint configuration, nint none);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_dr_msg_cb")]
    public static partial void SetDelivered(nint configuration, delegate* unmanaged[Cdecl]<nint, DeliveredRecord*, nint, void> told);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_error_cb")]
    public static partial void SetFault(nint configuration, delegate* unmanaged[Cdecl]<nint, int, byte*, nint, void> told);

    /// <summary>Takes the configuration over unless it is 0.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_new")]
    public static partial nint New(int kind, nint configuration, byte* fault, nuint faultLength);

    [LibraryImport(Library, EntryPoint = "rd_kafka_destroy")]
    public static partial void Destroy(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_poll")]
    public static partial int Poll(nint client, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_flush")]
    public static partial int Flush(nint client, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint NewTopic(nint client, string topic, nint configuration);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_destroy")]
    public static partial void DestroyTopic(nint topic);

    /// <summary>An error to be destroyed; 0: taken.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_produceva")]
    public static partial nint Produce(nint client, ProduceArgument* arguments, nuint count);

    [LibraryImport(Library, EntryPoint = "rd_kafka_error_code")]
    public static partial int CodeOf(nint error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_error_destroy")]
    public static partial void DestroyError(nint error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_fatal_error")]
    public static partial int FatalCode(nint client, byte* text, nuint length);

    /// <summary>The library; 0: none of its builds loads.</summary>
    public static nint Load()
    {
        foreach (string build in builds)
        {
            if (NativeLibrary.TryLoad(build, typeof(Confluent.Kafka.IClient).Assembly, null, out nint library))
            {
                return library;
            }
        }

        return 0;
    }
}
