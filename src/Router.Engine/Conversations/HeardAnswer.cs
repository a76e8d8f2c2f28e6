using Router.Core.Messages;

namespace Router.Engine.Conversations;

/// <summary>What the listener said.</summary>
internal sealed record HeardAnswer(int Tenant, ConversationId Id, ulong Head, bool Heard);
