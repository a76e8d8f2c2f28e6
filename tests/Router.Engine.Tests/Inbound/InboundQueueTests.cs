using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Inbound;
using Router.Engine.Tests.Harness;

namespace Router.Engine.Tests.Inbound;

/// <summary>What waits for a shard's next part: each contact's in order, contacts in turn, each answered.</summary>
public sealed class InboundQueueTests
{
    private readonly InboundQueue queue = new();
    private readonly List<InboundTask> answered = [];

    [Fact]
    public void Contacts_have_turns_and_each_ones_messages_keep_their_order()
    {
        InboundTask[] one = [Add(1), Add(1), Add(1)];
        InboundTask[] two = [Add(2)];
        Assert.Equal(2, queue.Contacts);

        Assert.Same(one[0], queue.Take());
        Assert.Same(one[1], queue.TakeBehind());
        queue.PutBack();
        InboundTask later = Add(1);
        Assert.Same(two[0], queue.Take());
        Assert.Null(queue.TakeBehind());
        Assert.Equal(1, queue.Contacts);

        Assert.Same(one[1], queue.Take());
        Assert.Same(one[2], queue.TakeBehind());
        Assert.Same(later, queue.TakeBehind());
        Assert.Null(queue.TakeBehind());
        Assert.Equal(0, queue.Contacts);
    }

    [Fact]
    public void All_are_refused_with_the_one_taken_where_a_fault_came_between()
    {
        InboundTask[] all = [Add(1), Add(1), Add(2)];
        queue.Take();

        queue.RefuseAll();

        Assert.Equal(0, queue.Contacts);
        Assert.Equal(all.ToHashSet(), answered.ToHashSet());
        Assert.Equal(3, answered.Count);
    }

    private InboundTask Add(int contact)
    {
        var task = new InboundTask(answered.Add) { Origin = new InboundOrigin(1, Channel.Sms, default, new Sender("+39000"), 1), Contact = EngineHarness.Contact(contact), Text = default };
        queue.Add(task);
        return task;
    }
}
