using Router.Core.Messages;
using Router.Engine.Shards;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Accepting;

/// <summary>What is told when a message is not accepted, by a stream as by a single answer.</summary>
internal static class AcceptProblems
{
    internal static readonly Problem KeyInFlight = new(409, "idempotency_in_flight", "A request with this Idempotency-Key has no answer yet; ask again.", RetryAfterSeconds: 1);
    internal static readonly Problem KeyReused = new(422, "idempotency_key_reused", "This Idempotency-Key was used within 24 h with another body; use a new one.");

    internal static Problem Of(in BodyProblem problem, ReadOnlySpan<byte> body)
    {
        string field = problem.PathIn(body);
        int status = problem.Code == BodyProblemCode.TooLarge ? 413 : BodyProblem.Status;
        return new Problem(status, problem.CodeWord, problem.DetailFor(body), field.Length == 0 ? null : field);
    }

    internal static Problem Of(Intake intake) => intake switch
    {
        Intake.Full => KnownProblems.Busy,
        Intake.TenantFull => KnownProblems.TenantFull,
        Intake.NoMemory => KnownProblems.NoMemory,
        Intake.NoOwner => KnownProblems.NoOwner,
        _ => throw new ArgumentOutOfRangeException(nameof(intake), intake, "not a refusal"),
    };

    /// <summary>Null: accepted.</summary>
    internal static Problem? Of(AcceptOutcome outcome) => outcome switch
    {
        AcceptOutcome.Accepted => null,
        AcceptOutcome.OtherBody => KeyReused,
        AcceptOutcome.Unavailable => KnownProblems.NotKept,
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "not an outcome"),
    };
}
