using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Simulation;

/// <content>Conversations: each change is made of what was kept last.</content>
internal sealed partial class Ledger
{
    private readonly Dictionary<ConversationId, List<ConversationFacts>> conversations = [];

    /// <summary>A change of a conversation was answered.</summary>
    public void Answered(in StoredConversation answer)
    {
        bool kept = conversations.TryGetValue(answer.Id, out List<ConversationFacts>? all) && all.Contains(answer.Facts);
        Violation.Unless(kept, $"{answer.Facts} of {answer.Id} was answered and never kept");
    }

    private void Kept(in StoredConversation row, ulong inbound)
    {
        if (!conversations.TryGetValue(row.Id, out List<ConversationFacts>? all))
        {
            conversations.Add(row.Id, all = []);
        }

        // A change changes one thing: what differs in two was made of what is not the last kept, and undoes another's.
        ConversationFacts before = all.LastOrDefault();
        ConversationFacts facts = row.Facts;
        bool undoes = all.Count > 0 && before.State != facts.State && before.Agent != facts.Agent;
        Violation.Unless(!undoes, $"conversation {row.Id}: {before} was kept, and then {facts}");
        bool counts = inbound == 0
            ? (facts.Inbounds, facts.InboundHead) == (before.Inbounds, before.InboundHead)
            : (facts.Inbounds, facts.InboundHead, facts.State) == (before.Inbounds + 1, inbound, ConversationState.Open);
        Violation.Unless(counts, $"conversation {row.Id}: {before} was kept, and then {facts}, with inbound message {inbound:x}");
        all.Add(facts);
    }
}
