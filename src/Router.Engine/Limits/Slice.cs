using Router.Core.Messages;

namespace Router.Engine.Limits;

/// <summary>What <see cref="LimitLender.TakeTogether"/> lent: so many departures until <see cref="End"/>; what has not left by then lapses. Times are the lender's timestamps.</summary>
/// <param name="Messages">Messages that may depart; 0: nothing was taken from any limit.</param>
/// <param name="Segments">Segments that may depart, in about the proportion asked for.</param>
/// <param name="End">The last timestamp at which one may depart; <see cref="long.MaxValue"/> where nothing limits.</param>
/// <param name="RetryAt">When nothing was taken: the timestamp before which asking again is of no use.</param>
/// <param name="Purpose">What it was lent for.</param>
public readonly record struct Slice(int Messages, int Segments, long End, long RetryAt, Purpose Purpose = Purpose.Otp);
