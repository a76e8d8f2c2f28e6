using Router.Core.Messages;

namespace Router.Engine.Journal;

/// <summary>A record asked for.</summary>
public struct StoredRecord
{
    /// <summary>The message.</summary>
    public MessageId Id;

    /// <summary>Its tenant's number.</summary>
    public int Tenant;

    /// <summary>Its contact's key.</summary>
    public uint KeySlot;

    /// <summary>Where the opened record begins in <see cref="RecordRead.Records"/>.</summary>
    public int Offset;

    /// <summary>Its length; 0: not there, or its key was destroyed.</summary>
    public int Length;
}
