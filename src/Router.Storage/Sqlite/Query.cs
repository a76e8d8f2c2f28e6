namespace Router.Storage.Sqlite;

/// <summary>A question answered on a reading thread.</summary>
internal sealed class Query<TAnswer>(Func<JournalReader, TAnswer> ask, CancellationToken cancellationToken) : IReadWork
{
    private readonly TaskCompletionSource<TAnswer> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer; a fault of the disk shows as <see cref="StorageException"/>.</summary>
    public Task<TAnswer> Answer => answer.Task;

    /// <inheritdoc/>
    public void Run(JournalReader reader)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            answer.SetCanceled(cancellationToken);
            return;
        }

        // Whatever fails belongs to who asked: the thread goes on with the next.
#pragma warning disable CA1031
        try
        {
            answer.SetResult(ask(reader));
        }
        catch (SqliteFault fault)
        {
            answer.SetException(fault.ToStorage(reader.Path));
        }
        catch (StorageException fault)
        {
            answer.SetException(fault);
        }
        catch (Exception fault)
        {
            answer.SetException(new StorageException($"'{reader.Path}' holds what cannot be read: keep a copy of the folder, then restore it from the backup", fault));
        }
#pragma warning restore CA1031
    }

    /// <summary>The store is closed.</summary>
    public void Refuse(string path) => answer.SetException(new StorageException($"'{path}' is closed: Router is stopping"));
}
