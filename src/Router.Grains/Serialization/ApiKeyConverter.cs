using Router.Core.Tenants;

namespace Router.Grains.Serialization;

/// <summary>An <see cref="ApiKey"/> between silos.</summary>
[GenerateSerializer, Immutable]
internal struct ApiKeyFields
{
    /// <summary>See <see cref="ApiKey.Id"/>.</summary>
    [Id(0)]
    public string Id;

    /// <summary>See <see cref="ApiKey.Hash"/>.</summary>
    [Id(1)]
    public UInt128 Hash;

    /// <summary>See <see cref="ApiKey.Role"/>.</summary>
    [Id(2)]
    public byte Role;

    /// <summary>See <see cref="ApiKey.Tenant"/>.</summary>
    [Id(3)]
    public int Tenant;
}

/// <summary>Lets Orleans carry <see cref="ApiKey"/>.</summary>
[RegisterConverter]
internal sealed class ApiKeyConverter : IConverter<ApiKey, ApiKeyFields>
{
    /// <inheritdoc/>
    public ApiKey ConvertFromSurrogate(in ApiKeyFields surrogate) => new(surrogate.Id, surrogate.Hash, (Role)surrogate.Role, surrogate.Tenant);

    /// <inheritdoc/>
    public ApiKeyFields ConvertToSurrogate(in ApiKey value) => new() { Id = value.Id, Hash = value.Hash, Role = (byte)value.Role, Tenant = value.Tenant };
}
