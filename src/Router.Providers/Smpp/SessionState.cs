namespace Router.Providers.Smpp;

/// <summary>States of a session; it goes down this list and never back.</summary>
internal enum SessionState
{
    /// <summary>Connected, the bind not answered yet: nothing else is written.</summary>
    Binding = 0,

    /// <summary>Bound: takes departures.</summary>
    Bound = 1,

    /// <summary>One side has asked to unbind: answers what comes, takes nothing.</summary>
    Unbinding = 2,

    /// <summary>Over: the socket is closed.</summary>
    Closed = 3,
}
