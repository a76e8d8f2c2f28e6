namespace Router.LoadTest.Report;

/// <summary>One thing that a run must show.</summary>
/// <param name="What">What must hold.</param>
/// <param name="Passes">Whether it does.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="Counts">Whether the run fails with it; checks of time do not on a machine that others use.</param>
internal sealed record Check(string What, bool Passes, string Seen, bool Counts = true)
{
    /// <summary>For people.</summary>
    internal string Verdict => Passes ? "PASS" : Counts ? "FAIL" : "slow";
}
