using System.Runtime.InteropServices;
using Router.Streams.Out.Native;

namespace Router.Faults;

/// <summary>librdkafka's own cluster of made-up brokers, in this process: for refusals that real brokers give only in moments that nobody can hit.</summary>
internal sealed unsafe class MockCluster : IDisposable
{
    /// <summary>OffsetFetch, of the protocol's requests.</summary>
    public const short OffsetFetch = 9;

    private const int FaultBytes = 512;
    private readonly nint library = Librdkafka.Load();
    private readonly nint client;
    private readonly nint cluster;

    public MockCluster(int brokers)
    {
        byte* fault = stackalloc byte[FaultBytes];
        client = Librdkafka.New(Librdkafka.Producer, Librdkafka.NewConfiguration(), fault, FaultBytes);
        cluster = ((delegate* unmanaged[Cdecl]<nint, int, nint>)Of("rd_kafka_mock_cluster_new"))(client, brokers);
    }

    public string Servers => Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint, nint>)Of("rd_kafka_mock_cluster_bootstraps"))(cluster))!;

    public void Make(string topic, int partitions, int replication)
    {
        nint name = Marshal.StringToCoTaskMemUTF8(topic);
        Assert.Equal(0, ((delegate* unmanaged[Cdecl]<nint, nint, int, int, int>)Of("rd_kafka_mock_topic_create"))(cluster, name, partitions, replication));
        Marshal.FreeCoTaskMem(name);
    }

    /// <summary>The next requests of a kind are refused, one for each of <paramref name="errors"/>.</summary>
    public void Refuse(short request, params Confluent.Kafka.ErrorCode[] errors)
    {
        int[] codes = [.. errors.Select(static e => (int)e)];
        fixed (int* first = codes)
        {
            ((delegate* unmanaged[Cdecl]<nint, short, nuint, int*, void>)Of("rd_kafka_mock_push_request_errors_array"))(cluster, request, (nuint)codes.Length, first);
        }
    }

    public void Dispose()
    {
        ((delegate* unmanaged[Cdecl]<nint, void>)Of("rd_kafka_mock_cluster_destroy"))(cluster);
        Librdkafka.Destroy(client);
    }

    private nint Of(string function) => NativeLibrary.GetExport(library, function);
}
