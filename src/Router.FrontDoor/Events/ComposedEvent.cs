namespace Router.FrontDoor.Events;

/// <summary>An event as it is sent.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Body">Its JSON.</param>
internal readonly record struct ComposedEvent(string Id, ReadOnlyMemory<byte> Body);
