namespace Router.Engine.Shards;

/// <content>
/// Who waits for a verdict: released, deferred, told that it must wait, or ended. A message that nobody watches costs a look at a count at each of these.
/// </content>
internal sealed partial class Shard
{
    /// <summary>Messages watched at once, at most, some 200 B each; who comes then is answered at once, with the message as it stands.</summary>
    public const int WatchesMax = 1_024;

    private readonly Dictionary<int, List<WatchTask>> watches = [];
    private int watching;

    /// <summary>Answers at once when the verdict is known, else when it is or the time is over.</summary>
    public void OnWatch(WatchTask task)
    {
        int slot = FindMessage(task.Message);
        if (slot < 0 || KeyOf(slot).Tenant != task.Tenant || IsDecided(slot) || watching >= WatchesMax)
        {
            task.Answer.TrySetResult(true);
            return;
        }

        task.GiveUpAtMs = MonotonicMs + task.LimitMs;
        if (!watches.TryGetValue(slot, out List<WatchTask>? of))
        {
            watches.Add(slot, of = []);
        }

        of.Add(task);
        watching++;
    }

    private bool IsDecided(int slot)
    {
        ref WaitingMessage message = ref messages[slot];
        return message.Stage is MessageStage.Sending or MessageStage.Deferred || (message.Marks & MessageMarks.Told) != 0;
    }

    // The verdict about a message is known.
    private void Decided(int slot)
    {
        if (watching > 0)
        {
            AnswerWatches(slot);
        }
    }

    private void AnswerWatches(int slot)
    {
        if (watches.Remove(slot, out List<WatchTask>? of))
        {
            watching -= of.Count;
            of.ForEach(static task => task.Answer.TrySetResult(true));
        }
    }

    private void EndWatches()
    {
        foreach ((int slot, List<WatchTask> of) in watches)
        {
            for (int i = of.Count - 1; i >= 0; i--)
            {
                if (MonotonicMs >= of[i].GiveUpAtMs)
                {
                    of[i].Answer.TrySetResult(false);
                    of.RemoveAt(i);
                    watching--;
                }
            }

            if (of.Count == 0)
            {
                watches.Remove(slot); // allowed while enumerating (.NET Core 3.0)
            }
        }
    }

    private void AbandonWatches()
    {
        foreach (List<WatchTask> of in watches.Values)
        {
            of.ForEach(static task => task.Answer.TrySetResult(true));
        }

        watches.Clear();
        watching = 0;
    }
}
