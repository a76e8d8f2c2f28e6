namespace Router.FrontDoor.Problems;

/// <summary>
/// A refusal, as told to the client (RFC 9457): a status, a stable code for programs, a detail for people, the field it is about. Never content, an address or a
/// secret; names that the client sent are shown cut (<see cref="Shown"/>).
/// </summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable, in snake case.</param>
/// <param name="Detail">One sentence for people.</param>
/// <param name="Field">The field's name or path; null: none.</param>
/// <param name="RetryAfterSeconds">The <c>Retry-After</c> header; 0: none.</param>
internal sealed record Problem(int Status, string Code, string Detail, string? Field = null, int RetryAfterSeconds = 0)
{
    /// <summary>The request's id, by which the log's line about it is found; null: nothing was logged.</summary>
    internal string? RequestId { get; init; }

    /// <summary>The word of the status of the message that it is about; null: none. Its own name, because RFC 9457 has <c>status</c> for HTTP's.</summary>
    internal string? MessageStatus { get; init; }

    // 10,000 answers of an NDJSON stream fit the 4 MiB that may wait unread (DESIGN §6): 4,194,304 / 10,000 = 419 bytes each, frame and escapes included.
    private const int ShownMax = 40;

    /// <summary>A name that came from the client, cut so that an answer stays small.</summary>
    internal static string Shown(string name) => name.Length <= ShownMax ? name : string.Concat(name.AsSpan(0, ShownMax), "…");
}
