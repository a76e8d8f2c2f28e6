using System.Text.Json.Serialization;

namespace Router.Engine.Inbound;

/// <summary>How what is known of a <see cref="DeadRecord"/> is written.</summary>
[JsonSerializable(typeof(DeadRecord.Described))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class DescribedJson : JsonSerializerContext;
