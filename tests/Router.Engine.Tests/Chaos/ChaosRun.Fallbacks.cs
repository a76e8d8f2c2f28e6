using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;

namespace Router.Engine.Tests.Chaos;

/// <content>Fallbacks: kept dormant, then named by a message; their settling goes to the silo that owns them by a call that can fail, and whose answer can be lost.</content>
internal sealed partial class ChaosRun
{
    // Longer than all trouble, and over before the end of the run: what is forgotten expires, and shows.
    private const int FallbackValiditySeconds = 120;

    private readonly List<Posted> freeFallbacks = [];
    private readonly List<FallbackCall> fallbackCalls = [];

    public bool TrySettleFallback(ChaosSilo from, int tenant, MessageId fallback, bool wakes, Action<bool> answer)
    {
        ChaosSilo? to = silos.FirstOrDefault(s => s != from && s.Engine.Owns(fallback.Shard));
        if (to is null)
        {
            return false;
        }

        fallbackCalls.Add(new FallbackCall(from, to, tenant, fallback, wakes, answer));
        return true;
    }

    // A fallback, or a message for one that is kept: whether it is, whoever posts it must know first.
    private void DrawFallback(Posted one)
    {
        if (!withFallbacks || Chance(0.1))
        {
            return;
        }

        Posted? fallback = freeFallbacks.Find(static f => f.Outcome == AcceptOutcome.Accepted);
        one.Request.ValiditySeconds = FallbackValiditySeconds;
        if (fallback is null)
        {
            one.Request.IsDormant = true;
            one.Request.HasIdempotencyKey = false;
            one.Request.NotBeforeMs = 0;
            freeFallbacks.Add(one);
        }
        else
        {
            freeFallbacks.Remove(fallback);
            one.Request.FallbackId = fallback.Id;
            one.Request.FallbackAfterSeconds = Chance(0.3) ? 1 + Random.Next(5) : 0;
            one.Request.Region = Chance(0.5) ? 1u : 0; // nobody is there: rejected at once, the fallback is woken while there is trouble
        }
    }

    private bool TellFallback()
    {
        if (fallbackCalls.Count == 0)
        {
            return false;
        }

        FallbackCall call = fallbackCalls[Random.Next(fallbackCalls.Count)];
        fallbackCalls.Remove(call);
        bool lost = !settling && Chance(0.2);
        if (!settling && Chance(0.1))
        {
            call.Tell(false); // it never came there
            return true;
        }

        var task = new FallbackTask(call.Tenant, call.Fallback, call.Wakes, settled => call.Tell(settled && !lost));
        if (!call.To.IsAlive || !call.To.Engine.Post(call.Fallback.Shard, new UrgentCommand { Kind = CommandKind.Fallback, Target = task }))
        {
            call.Tell(false);
        }

        return true;
    }

    private void ForgetFallbackCalls(ChaosSilo dead)
    {
        foreach (FallbackCall call in fallbackCalls.Where(c => c.To == dead).ToArray())
        {
            call.Tell(false);
        }

        fallbackCalls.RemoveAll(c => c.To == dead || c.From == dead);
    }

    private string? WhatIsBrokenOfFallbacks()
    {
        var stored = Store.Snapshot().ToDictionary(static m => m.Accepted.Id);
        foreach ((AcceptedMessage message, MessageStatus status, IReadOnlyList<StoredEvent> events) in stored.Values.Where(static m => m.Accepted.Fallback != default))
        {
            (AcceptedMessage fallback, MessageStatus itsStatus, _) = stored[message.Fallback];
            FallbackVerdict verdict = events.Select(static e => FallbackRule.Decide(e.Status, e.Reason)).FirstOrDefault(static v => v != FallbackVerdict.Wait);
            string story = $"{message.Id} is {status}, its fallback {fallback.Id} {itsStatus}, woken {Ledger.IsFallbackDone(fallback.Id)}, after {message.FallbackAfterSeconds} s";
            if (Ledger.IsFallbackDone(fallback.Id) && verdict != FallbackVerdict.Wake && message.FallbackAfterSeconds == 0)
            {
                return "a fallback goes beside its message: " + story;
            }

            bool hadTime = events.First(e => verdict == FallbackVerdict.Wait || FallbackRule.Decide(e.Status, e.Reason) == verdict).AtMs < fallback.ValidUntilMs - (FallbackValiditySeconds * 500);
            bool due = (verdict == FallbackVerdict.Wake && hadTime) || (message.FallbackAfterSeconds > 0 && verdict == FallbackVerdict.Wait);
            if (due && !Ledger.IsFallbackDone(fallback.Id) && itsStatus != MessageStatus.Cancelled && clockSetAt < 0)
            {
                return "a fallback was forgotten: " + story;
            }

            if (verdict != FallbackVerdict.Wait && !Ledger.IsFallbackDone(message.Id))
            {
                return "a fallback is not done with: " + story;
            }
        }

        return null;
    }

    private sealed record FallbackCall(ChaosSilo From, ChaosSilo To, int Tenant, MessageId Fallback, bool Wakes, Action<bool> Answer)
    {
        public void Tell(bool settled)
        {
            if (From.IsAlive)
            {
                Answer(settled);
            }
        }
    }
}
