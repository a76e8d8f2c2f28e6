namespace Router.Storage.Memory;

/// <summary>
/// Generations as they stood when it was made, for who looks at them again after he has let go of the gate: while it is open a generation that is let go of is not used again. Whoever looks
/// holds the gate.
/// </summary>
internal sealed class GenerationReader : IDisposable
{
    private readonly JournalMemory memory;

    /// <param name="memory">Memory; the caller holds its gate.</param>
    public GenerationReader(JournalMemory memory)
    {
        this.memory = memory;
        Generations = [.. memory.Generations];
        foreach (Generation generation in Generations)
        {
            generation.Readers++;
        }
    }

    /// <summary>The generations, the oldest first.</summary>
    public IReadOnlyList<Generation> Generations { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (memory.Gate)
        {
            foreach (Generation generation in Generations)
            {
                generation.Readers--;
            }
        }
    }
}
