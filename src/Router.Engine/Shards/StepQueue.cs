namespace Router.Engine.Shards;

/// <summary>A ring of steps that grows; its length is bounded by what makes steps: windows, waiting messages, sessions' bounds.</summary>
internal sealed class StepQueue
{
    private Step[] items = new Step[64];
    private int head;

    public int Count { get; private set; }

    public ref Step Add()
    {
        if (Count == items.Length)
        {
            Grow();
        }

        ref Step step = ref items[(head + Count++) & (items.Length - 1)];
        step = default;
        return ref step;
    }

    public void AddFirst(in Step step)
    {
        if (Count == items.Length)
        {
            Grow();
        }

        head = (head - 1) & (items.Length - 1);
        items[head] = step;
        Count++;
    }

    public bool TryTake(out Step step)
    {
        if (Count == 0)
        {
            step = default;
            return false;
        }

        step = items[head];
        items[head] = default;
        head = (head + 1) & (items.Length - 1);
        Count--;
        return true;
    }

    private void Grow()
    {
        var larger = new Step[items.Length * 2];
        for (int i = 0; i < Count; i++)
        {
            larger[i] = items[(head + i) & (items.Length - 1)];
        }

        items = larger;
        head = 0;
    }
}
