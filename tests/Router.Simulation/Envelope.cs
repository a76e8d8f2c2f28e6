namespace Router.Simulation;

/// <summary>What a provider reads of a message that it is handed.</summary>
internal sealed record Envelope(string Channel, string To, string From, string Text);
