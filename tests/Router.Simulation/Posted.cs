using Router.Core.Messages;
using Router.Engine.Shards;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <summary>A message posted once, and what its client was told.</summary>
internal sealed class Posted(SimulationRun run, Wish wish, SimulatedSilo door) : IAcceptListener
{
    public Wish Wish { get; } = wish;

    /// <summary>The silo whose front door it came through.</summary>
    public SimulatedSilo Door { get; } = door;

    public AcceptRequest Request { get; } = new();

    /// <summary>Unix ms.</summary>
    public long PostedAtMs { get; } = run.Time.NowMs;

    /// <summary>It was taken in: its client is owed an answer, as long as the front door lives.</summary>
    public bool IsOwed { get; set; }

    public int Answers { get; private set; }

    public AcceptOutcome Outcome { get; private set; }

    public MessageId Id { get; private set; }

    public bool IsAccepted => Outcome == AcceptOutcome.Accepted;

    public void Completed(AcceptRequest request) => run.OnAnswered(this, request);

    public void Answer(AcceptOutcome outcome, MessageId id)
    {
        Answers++;
        Outcome = outcome;
        Id = id;
    }
}
