namespace Router.Engine.Usage;

/// <summary>Usage of one day, tenant, channel and provider.</summary>
/// <param name="Key">Of what.</param>
/// <param name="Messages">Messages of which the provider took the last segment.</param>
/// <param name="Segments">Segments that it took.</param>
/// <param name="Cost">Their prices, millionths.</param>
/// <param name="Received">Messages that came from end users; one of several parts is one.</param>
public readonly record struct UsageRow(UsageKey Key, long Messages, long Segments, long Cost, long Received = 0);
