using System.Text.Json;
using Router.Grains.Administration;
using Router.Grains.Streams;

namespace Router.FrontDoor.Dashboard;

/// <summary>What <see cref="LiveFeed"/> tells of Kafka: nothing where there is none.</summary>
internal static class KafkaLook
{
    internal static void Write(Utf8JsonWriter json, SiloFigures[] figures)
    {
        StreamFigures[] streams = [.. figures.Select(static f => f.Streams).OfType<StreamFigures>()];
        if (streams.Length == 0)
        {
            return;
        }

        json.WriteStartObject("kafka"u8);
        json.WriteNumber("records"u8, streams.Sum(static s => s.Records));
        json.WriteNumber("slices"u8, streams.Sum(static s => s.Slices));
        json.WriteNumber("repeats"u8, streams.Sum(static s => s.Repeats));
        json.WriteNumber("deadLetters"u8, streams.Sum(static s => s.DeadLetters));
        if (Array.TrueForAll(streams, static s => s.Lag is not null))
        {
            json.WriteNumber("lag"u8, streams.Sum(static s => s.Lag!.Value)); // each silo's own partitions
        }

        json.WriteNumber("inFlight"u8, streams.Sum(static s => s.InFlight));
        json.WriteStartObject("paused"u8);
        json.WriteNumber("busy"u8, streams.Sum(static s => s.PausedBusy));
        json.WriteNumber("tenantFull"u8, streams.Sum(static s => s.PausedFull));
        json.WriteEndObject();
        json.WriteNumber("produced"u8, streams.Sum(static s => s.Produced));
        json.WriteNumber("producerQueue"u8, streams.Sum(static s => s.Queued));
        json.WriteNumber("topicsBehind"u8, streams.Sum(static s => s.TopicsBehind));
        if (streams.Select(static s => s.Trouble).OfType<string>().FirstOrDefault() is { } trouble)
        {
            json.WriteString("trouble"u8, trouble);
        }

        json.WriteEndObject();
    }
}
