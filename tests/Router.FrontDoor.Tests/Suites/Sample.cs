namespace Router.FrontDoor.Tests.Suites;

/// <summary>A right request to an endpoint, from which the suites make all the wrong ones; and who may send it, said here a second time and by hand.</summary>
/// <param name="Allowed">The words of the roles that may, as DESIGN and <c>docs/API.md</c> have it, not as the code does.</param>
/// <param name="Path">Path and query, with the things of the world given: the caller's own, or another tenant's.</param>
/// <param name="Body">A right body; null: the endpoint takes none.</param>
internal sealed record Sample(string Allowed, Func<World, string> Path, Func<World, string>? Body = null)
{
    /// <summary>What the first of <see cref="Allowed"/> is answered.</summary>
    public int Status { get; init; } = 200;

    /// <summary>What an owner is answered for another tenant's thing in the path. An address in a path is nobody's own: then it is <see cref="Status"/>.</summary>
    public int Foreign { get; init; } = 404;

    /// <summary>The answer has no end.</summary>
    public bool Streams { get; init; }

    /// <summary>Fields of the body, by path, that are needed.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>Fields of the body, by path, that may be null.</summary>
    public IReadOnlyList<string> Nullable { get; init; } = [];

    /// <summary>Objects in the body, by path, in which any field may stand.</summary>
    public IReadOnlyList<string> Free { get; init; } = [];

    /// <summary>More bytes than the body may have.</summary>
    public int TooManyBytes { get; init; } = (64 * 1024) + 1;

    public bool Allows(string role) => Allowed.Split(' ').Contains(role);
}
