using Router.Core.Messages;

namespace Router.Engine.Providers;

/// <summary>
/// Messages that left whole at once while limits had room for some of their segments only: their other segments, released later, have left already. For providers that send a long message in one
/// piece, one an account. Bounded: the oldest is forgotten, and what is released of it then is sent, a few seconds' duplicate in place of a text cut off. Any thread.
/// </summary>
public sealed class LeftWhole
{
    // A message is here until the rest of it is released, seconds under a limit; 16,384 of them are 1 MB.
    private const int Max = 16_384;

    private readonly Lock gate = new();
    private readonly HashSet<MessageId> left = [];
    private readonly Queue<MessageId> order = new();

    /// <summary>It has left. To be said before its outcome is told: the rest may be released at once.</summary>
    public void Add(MessageId message)
    {
        lock (gate)
        {
            if (left.Add(message))
            {
                order.Enqueue(message);
                if (order.Count > Max)
                {
                    left.Remove(order.Dequeue());
                }
            }
        }
    }

    /// <summary>Whether it has left.</summary>
    public bool Has(MessageId message)
    {
        lock (gate)
        {
            return left.Contains(message);
        }
    }
}
