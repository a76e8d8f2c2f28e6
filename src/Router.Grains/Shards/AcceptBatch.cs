using Router.Engine.Shards;

namespace Router.Grains.Shards;

/// <summary>Gathers the outcomes of the messages of one call from another silo; each has its place as <see cref="AcceptRequest.Token"/>.</summary>
internal sealed class AcceptBatch(int count) : IAcceptListener
{
    private readonly AcceptAnswer[] answers = new AcceptAnswer[count];
    private readonly TaskCompletionSource<AcceptAnswer[]> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int open = count;

    /// <summary>Ends when all are known.</summary>
    public Task<AcceptAnswer[]> Answers => answers.Length == 0 ? Task.FromResult(answers) : done.Task;

    /// <inheritdoc/>
    public void Completed(AcceptRequest request) => Put((int)request.Token, AcceptAnswer.Of(request));

    /// <summary>The message at <paramref name="place"/> was not queued.</summary>
    public void Refuse(int place) => Put(place, AcceptAnswer.Unavailable);

    private void Put(int place, AcceptAnswer answer)
    {
        answers[place] = answer;
        if (Interlocked.Decrement(ref open) == 0)
        {
            done.TrySetResult(answers);
        }
    }
}
