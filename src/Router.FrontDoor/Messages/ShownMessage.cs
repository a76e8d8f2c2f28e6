using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.FrontDoor.Messages;

/// <summary>A message and the status to show.</summary>
internal sealed record ShownMessage(StoredMessage Message, MessageStatus Status);
