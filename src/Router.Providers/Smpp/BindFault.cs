namespace Router.Providers.Smpp;

/// <summary>Why a bind has no session.</summary>
/// <param name="Words">For people: what happened and the remedy; no text of the peer's, no secret.</param>
/// <param name="At">When.</param>
internal sealed record BindFault(string Words, DateTimeOffset At);
