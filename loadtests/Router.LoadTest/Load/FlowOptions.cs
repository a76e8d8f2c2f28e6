using System.Net;

namespace Router.LoadTest.Load;

/// <summary>A flow of messages: who sends what, how and when.</summary>
internal sealed record FlowOptions
{
    /// <summary>Its name in the report.</summary>
    internal required string Name { get; init; }

    /// <summary>Its number, 0 to 15: goes with each message, so that the carrier tells flows apart.</summary>
    internal int Number { get; init; }

    internal required IPEndPoint Target { get; init; }

    internal required Schedule Schedule { get; init; }

    internal required IRequestWriter Requests { get; init; }

    /// <summary>Whether messages go as lines of streams; else each is a request.</summary>
    internal bool Lines { get; init; }

    internal int Connections { get; init; } = 64;

    /// <summary>Lines of a stream without an answer at most.</summary>
    internal int Window { get; init; } = 8_192;

    /// <summary>What is due this long after the end and found no connection is given up: it counts as not sent.</summary>
    internal double GraceSeconds { get; init; } = 2;

    /// <summary>How long answers are waited for at the end.</summary>
    internal double AnswerSeconds { get; init; } = 60;
}
