namespace Router.Engine.Providers;

/// <summary>Makes providers of one kind.</summary>
public interface IProviderFactory
{
    /// <summary>The word in <c>kind</c>.</summary>
    string Kind { get; }

    /// <summary>
    /// Whether its providers carry media by URL, on channels that have any: then a <see cref="Departure"/>'s record may be of <c>ContentType.Media</c>, with the caption as text
    /// and the content as given. Else such messages never come.
    /// </summary>
    bool CarriesMedia => false;

    /// <summary>Whether its providers can carry <paramref name="channel"/> at all; an account of the kind names no other.</summary>
    bool Carries(Core.Messages.Channel channel) => true;

    /// <summary>Checks the kind's settings (a JSON object); null when they are right, else what is wrong: field (<c>settings.port</c>), value (not a secret), range, remedy.</summary>
    Core.Tenants.SettingsFault? Validate(string settings);

    /// <summary>Makes the provider of an account; <see cref="IProvider.Start"/> starts it.</summary>
    IProvider Create(Core.Tenants.ProviderAccount account, IProviderEvents events, Sealing.IKeyedHash hash, TimeProvider time, int seed);
}
