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

    /// <summary>See <see cref="ApiKey.HashRest"/>.</summary>
    [Id(4)]
    public UInt128? HashRest;

    /// <summary>See <see cref="ApiKey.Name"/>.</summary>
    [Id(5)]
    public string? Name;

    /// <summary>See <see cref="ApiKey.LastFour"/>.</summary>
    [Id(6)]
    public string? LastFour;

    /// <summary>See <see cref="ApiKey.CreatedMs"/>.</summary>
    [Id(7)]
    public long CreatedMs;

    /// <summary>See <see cref="ApiKey.ExpiresMs"/>.</summary>
    [Id(8)]
    public long ExpiresMs;
}

/// <summary>Lets Orleans carry <see cref="ApiKey"/>.</summary>
[RegisterConverter]
internal sealed class ApiKeyConverter : IConverter<ApiKey, ApiKeyFields>
{
    /// <inheritdoc/>
    public ApiKey ConvertFromSurrogate(in ApiKeyFields surrogate) => new(surrogate.Id, surrogate.Hash, (Role)surrogate.Role, surrogate.Tenant)
    {
        HashRest = surrogate.HashRest,
        Name = surrogate.Name,
        LastFour = surrogate.LastFour,
        CreatedMs = surrogate.CreatedMs,
        ExpiresMs = surrogate.ExpiresMs,
    };

    /// <inheritdoc/>
    public ApiKeyFields ConvertToSurrogate(in ApiKey value) => new()
    {
        Id = value.Id,
        Hash = value.Hash,
        Role = (byte)value.Role,
        Tenant = value.Tenant,
        HashRest = value.HashRest,
        Name = value.Name,
        LastFour = value.LastFour,
        CreatedMs = value.CreatedMs,
        ExpiresMs = value.ExpiresMs,
    };
}
