using Router.Core.Messages;

namespace Router.Engine.Credit;

/// <summary>
/// A segment that a provider took, told to the journal under an ownership that ended before it said whether that is kept. The next owner in this silo knows: what is kept is no longer unfinished.
/// </summary>
/// <param name="Message">The message.</param>
/// <param name="Segment">The segment; of a message of one, 0.</param>
/// <param name="IsLast">The message has left with it: then its last status is kept, or not. One that waits for its fallback stays unfinished all the same.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Price">Its price, millionths.</param>
internal readonly record struct DoubtfulCharge(MessageId Message, byte Segment, bool IsLast, int Tenant, long Price);
