using Router.Testing;

namespace Router.Engine.Tests.Recipients;

/// <summary>A departure, and what the journal knew of its message when it was handed over.</summary>
/// <param name="Departure">What was handed over.</param>
/// <param name="Contact">To whom.</param>
/// <param name="LeavingCommit">The commit that kept its leaving: with the message it names the place, which a second sending after a crash shares.</param>
/// <param name="IsOpen">Whether that was not answered.</param>
internal sealed record SeenDeparture(ScriptedDeparture Departure, int Contact, long LeavingCommit, bool IsOpen);
