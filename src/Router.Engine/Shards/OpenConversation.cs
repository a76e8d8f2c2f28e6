using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <summary>A conversation in a shard's memory: only while a change of it or an inbound message is on its way to the journal.</summary>
internal sealed class OpenConversation(StoredConversation stored)
{
    /// <summary>As kept.</summary>
    public StoredConversation Stored = stored;

    /// <summary>As it is with what the present part writes.</summary>
    public StoredConversation Next = stored;

    /// <summary>Changes and inbound messages that refer to it.</summary>
    public int Pins;
}
