using System.Diagnostics.CodeAnalysis;

namespace Router.Engine.Shards;

/// <summary>The receipts of one message that came while something of it is on its way to the journal, in their order.</summary>
internal struct ReceiptLine
{
    /// <summary>The receipt that is on its way, or for which the journal's tables are asked; null: they wait for an outcome or an end.</summary>
    public ReceiptTask? UnderWay;

    /// <summary>The first that waits.</summary>
    public ReceiptTask? First;

    /// <summary>Waits behind the others: there are seldom any.</summary>
    public void Add(ReceiptTask task)
    {
        ref ReceiptTask? place = ref First;
        while (place is not null)
        {
            place = ref place.Next;
        }

        place = task;
    }

    /// <summary>Takes the first that waits.</summary>
    public bool TryTake([NotNullWhen(true)] out ReceiptTask? task)
    {
        task = First;
        First = task?.Next;
        if (task is not null)
        {
            task.Next = null;
        }

        return task is not null;
    }
}
