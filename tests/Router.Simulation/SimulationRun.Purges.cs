using Router.Core.Messages;
using Router.Engine.Shards;

namespace Router.Simulation;

/// <content>What waits is cancelled by the operator. Once that is answered, nothing of what was meant waits any more: a tenant ends by that word.</content>
internal sealed partial class SimulationRun
{
    private const int PurgesMax = 4;
    private readonly List<Purge> purges = [];
    private readonly HashSet<MessageId> handed = [];
    private readonly HashSet<(int Tenant, int Shard)> purgedQueues = [];
    private int purgesAsked;

    private bool AskPurge()
    {
        int shard = Shards[Random.Next(Shards.Length)];
        int tenant = Plan.Tenants[Random.Next(Plan.Tenants.Count)].Number;
        var task = new QueueTask(new PurgeFilter(tenant, null, null), cancels: Chance(0.7));
        if (purgesAsked >= PurgesMax || AskedOf(shard) is not { } silo || !silo.Engine.Post(shard, new UrgentCommand { Kind = CommandKind.Queue, Target = task }))
        {
            return false;
        }

        purgesAsked++;
        if (task.Cancels)
        {
            Verdicts.PurgeAsked(tenant, shard);
            purgedQueues.Add((tenant, shard));
        }

        MessageId[] meant = [.. posts.Where(p => p.IsAccepted && p.Id.Shard == shard && p.Wish.Tenant == tenant && !Ledger.HasEnded(p.Id)).Select(static p => p.Id).Distinct()];
        purges.Add(new Purge(silo, task, meant));
        return true;
    }

    private void LookAtPurges()
    {
        for (int i = purges.Count - 1; i >= 0; i--)
        {
            (SimulatedSilo silo, QueueTask task, MessageId[] meant) = purges[i];
            if (!task.Answer.Task.IsCompleted)
            {
                continue;
            }

            purges.RemoveAt(i);
            if (task.Answer.Task.Result is null)
            {
                Coverage.Count("act: a purge was refused");
                continue;
            }

            // One that was with a provider meanwhile may wait again; one that was released is about to be.
            MessageId[] left = [.. meant.Where(m => !Ledger.HasEnded(m) && !handed.Contains(m) && silo.Engine.OwnerOf(m.Shard)?.Shard.Peek(task.Filter.Tenant!.Value, m).Status != MessageStatus.Sending)];
            if (task.Cancels)
            {
                Coverage.Count("act: purged");
                Violation.Unless(left.Length == 0, $"a purge was answered, and {string.Join(' ', left)} of tenant {task.Filter.Tenant} neither ended nor was ever with a provider");
            }
            else
            {
                Coverage.Count("act: queues looked at");
                long told = task.Counts.Values.Sum(static q => q.Ready + q.Deferred + q.UnderWay);
                Violation.Unless(told >= left.Length, $"tenant {task.Filter.Tenant} was said to have {told} messages under way, it has {left.Length} at least: {string.Join(' ', left)}");
            }
        }
    }

    private sealed record Purge(SimulatedSilo Silo, QueueTask Task, MessageId[] Meant);
}
