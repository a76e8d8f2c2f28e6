using Router.Core.Tenants;

namespace Router.Grains.Serialization;

/// <summary>A <see cref="CreditLine"/> between silos.</summary>
[GenerateSerializer, Immutable]
internal struct CreditLineSurrogate
{
    /// <summary>See <see cref="CreditLine.Total"/>.</summary>
    [Id(0)]
    public long Total;

    /// <summary>See <see cref="CreditLine.LowAt"/>.</summary>
    [Id(1)]
    public long LowAt;
}

/// <summary>Lets Orleans carry <see cref="CreditLine"/>.</summary>
[RegisterConverter]
internal sealed class CreditLineConverter : IConverter<CreditLine, CreditLineSurrogate>
{
    /// <inheritdoc/>
    public CreditLine ConvertFromSurrogate(in CreditLineSurrogate surrogate) => new(surrogate.Total, surrogate.LowAt);

    /// <inheritdoc/>
    public CreditLineSurrogate ConvertToSurrogate(in CreditLine value) => new() { Total = value.Total, LowAt = value.LowAt };
}
