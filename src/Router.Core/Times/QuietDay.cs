namespace Router.Core.Times;

/// <summary>The next quiet of a set of zones, seen from <paramref name="FromMs"/> (Unix ms, all): until <paramref name="QuietFromMs"/> it is not quiet, then it is until <paramref name="QuietToMs"/>.</summary>
internal sealed record QuietDay(long FromMs, long QuietFromMs, long QuietToMs);
