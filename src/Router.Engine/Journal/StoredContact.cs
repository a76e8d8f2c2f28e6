using Router.Core.Addresses;
using Router.Core.Consent;

namespace Router.Engine.Journal;

/// <summary>What storage knows of a contact.</summary>
public struct StoredContact
{
    /// <summary>Asked for.</summary>
    public ContactId Contact;

    /// <summary>Whether it was ever seen; the rest is default when not.</summary>
    public bool Found;

    /// <summary>Its flags.</summary>
    public ContactFlags Flags;

    /// <summary>Slot of its salt in the key file; 0: none yet.</summary>
    public uint KeySlot;

    /// <summary>Head of its last message; 0: none.</summary>
    public ulong LastHead;

    /// <summary>Tag of the sender used last; 0: none.</summary>
    public uint LastSender;

    /// <summary>Asked for: its departures from this Unix ms on, for its recipient's limit; 0: none, at no cost.</summary>
    public long DeparturesFromMs;

    /// <summary>Where its departures begin in <see cref="ContactRead.Departures"/>.</summary>
    public int DepartureOffset;

    /// <summary>How many they are; <see cref="ContactRead.DeparturesMax"/>: there may be more, and older ones.</summary>
    public int DepartureCount;
}
