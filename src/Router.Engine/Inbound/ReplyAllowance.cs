using Router.Core.Addresses;

namespace Router.Engine.Inbound;

/// <summary>
/// How many automatic answers a contact may still get (two machines that answer each other must come to an end): at most so many in any hour, exact while the owner lives. In memory
/// alone: a new owner begins anew. Single owner.
/// </summary>
internal sealed class ReplyAllowance(int perHour)
{
    // When so many contacts were answered within an hour, none is answered beside them.
    private const int ContactsMax = 4_096;
    private const long HourMs = 3_600_000;
    private readonly Dictionary<ContactId, Queue<long>> answered = [];

    /// <summary>Takes one; false: none is left.</summary>
    /// <param name="contact">Who is answered.</param>
    /// <param name="nowMs">Monotonic ms.</param>
    public bool TryTake(ContactId contact, long nowMs)
    {
        if (!answered.TryGetValue(contact, out Queue<long>? times))
        {
            if (answered.Count == ContactsMax)
            {
                Forget(nowMs);
            }

            if (perHour == 0 || answered.Count == ContactsMax)
            {
                return false;
            }

            answered.Add(contact, times = new Queue<long>());
        }

        while (times.TryPeek(out long first) && first <= nowMs - HourMs)
        {
            times.Dequeue();
        }

        if (times.Count >= perHour)
        {
            return false;
        }

        times.Enqueue(nowMs);
        return true;
    }

    private void Forget(long nowMs)
    {
        foreach (ContactId contact in answered.Where(a => a.Value.Last() <= nowMs - HourMs).Select(static a => a.Key).ToArray())
        {
            answered.Remove(contact);
        }
    }
}
