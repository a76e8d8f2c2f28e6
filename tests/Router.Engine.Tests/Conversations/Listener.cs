using Router.Core.Messages;
using Router.Engine.Conversations;

namespace Router.Engine.Tests.Conversations;

/// <summary>A listener that answers when the test says.</summary>
internal sealed class Listener : IConversationListener
{
    private readonly List<TaskCompletionSource<bool>> open = [];

    /// <summary>What it was told.</summary>
    public List<(int Tenant, ConversationId Id, ulong Head)> Told { get; } = [];

    /// <summary>Null: it waits for <see cref="Answer"/>.</summary>
    public bool? Answers { get; set; } = true;

    public ValueTask<bool> HearAsync(int tenant, ConversationId conversation, ulong head)
    {
        Told.Add((tenant, conversation, head));
        if (Answers is { } answer)
        {
            return new ValueTask<bool>(answer);
        }

        var waits = new TaskCompletionSource<bool>();
        open.Add(waits);
        return new ValueTask<bool>(waits.Task);
    }

    public void Answer(bool heard)
    {
        open.ForEach(w => w.SetResult(heard));
        open.Clear();
    }
}
