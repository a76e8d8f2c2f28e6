namespace Router.Engine.Shards;

/// <summary>Kinds of urgent commands.</summary>
internal enum CommandKind : byte
{
    Outcome,
    Receipt,
    Flags,
    Cancel,
    Ask,
    Peek,
    Reroute,
    Conversation,
    Heard,
    Unheard,
    Inbound,
    DeadLetterDone,
    Notice,
    RerouteAll,
    Fallback,
    FallbackSettled,
    Queue,
    Watch,
}
