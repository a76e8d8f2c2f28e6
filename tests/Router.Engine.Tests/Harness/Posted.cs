using Router.Core.Messages;
using Router.Engine.Shards;

namespace Router.Engine.Tests.Harness;

/// <summary>A message handed to the engine, and what it answered.</summary>
internal sealed class Posted : IAcceptListener
{
    public AcceptRequest Request { get; } = new();

    public string Text { get; init; } = "";

    public Intake Intake { get; set; }

    /// <summary>How often it was answered: 1 at the end, 0 when it was not queued.</summary>
    public int Answers { get; private set; }

    public AcceptOutcome Outcome => Request.Outcome;

    public MessageId Id => Request.Id;

    public void Completed(AcceptRequest request) => Answers++;
}
