namespace Router.LoadTest.Load;

/// <summary>One message to be sent.</summary>
/// <param name="Number">Its number in its flow, from 0.</param>
/// <param name="Intended">When it was to be sent, whatever then stood in its way (<see cref="Clock"/>).</param>
/// <param name="TakenAt">When a connection took it.</param>
internal readonly record struct Ticket(long Number, long Intended, long TakenAt);
