using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <content>A fallback is woken by what is kept of its message, and by nothing sooner.</content>
internal sealed partial class Ledger
{
    private readonly Dictionary<MessageId, bool> wakes = [];
    private readonly Dictionary<MessageId, MessageId> messageOfFallback = [];

    // The first end that says something is the one that counts.
    private void Decide(in JournalEntry entry)
    {
        if (Rules.Wakes(entry.Status.ToString(), entry.Reason.ToString()) is { } verdict)
        {
            wakes.TryAdd(entry.Message, verdict);
        }
    }

    private void LookAtWoken(MessageId fallback)
    {
        if (!accepted[fallback].IsDormant)
        {
            return; // a message that needs its own no more
        }

        bool isKept = messageOfFallback.TryGetValue(fallback, out MessageId message);
        Violation.Unless(isKept, $"the fallback {fallback} was woken, and no message is kept that has it");

        // In time: what its message's shard saw by a clock that was set since can't be told.
        bool isDue = wishes[message].AfterSeconds > 0 && (run.Time.NowMs >= accepted[message].ValidUntilMs || run.ClockWasSet);
        Violation.Unless(
            wakes.GetValueOrDefault(message) || isDue,
            $"the fallback {fallback} was woken at {run.Time.NowMs}, its message {message} is valid until {accepted[message].ValidUntilMs} and has {(wakes.ContainsKey(message) ? "an end that needs none" : "no end")}");
    }
}
