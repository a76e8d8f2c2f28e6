using Router.Core.Messages;

namespace Router.Providers.Smpp;

/// <summary>
/// Messages that left whole in one PDU while limits had room for some of their segments only: their other segments, released later, have left already. Bounded: the oldest is forgotten, and
/// what is released of it then goes out as segments, a few seconds' duplicate in place of a text cut off. Any thread.
/// </summary>
internal sealed class PayloadMemory
{
    // A message is here until the rest of it is released, seconds under a limit; 16,384 of them are 1 MB.
    private const int Max = 16_384;

    private readonly Lock gate = new();
    private readonly HashSet<MessageId> left = [];
    private readonly Queue<MessageId> order = new();

    /// <summary>It has left.</summary>
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
