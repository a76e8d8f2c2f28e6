using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Engine.Journal;

namespace Router.Storage.Memory;

/// <summary>What commits said of a contact; what is not set is as it was before: 40 B.</summary>
internal struct ContactRow : IRow<ContactId>
{
    /// <summary>The contact.</summary>
    public ContactId Contact;

    /// <summary>Its flags, if <see cref="HasFlags"/>.</summary>
    public ContactFlags Flags;

    /// <summary>Head of its last message; 0: none since.</summary>
    public ulong LastHead;

    /// <summary>Sender used last, if <see cref="LastHead"/>.</summary>
    public uint LastSender;

    /// <summary>Slot of its salt; 0: not said.</summary>
    public uint KeySlot;

    /// <summary>Whether flags were set.</summary>
    public bool HasFlags;

    /// <inheritdoc/>
    public readonly ContactId Key => Contact;

    /// <inheritdoc/>
    // The low bits of High hold the shard and are the same for a whole part: take bits above the version.
    public static uint Hash(ContactId key) => (uint)(key.High >> 16) ^ key.Low;

    /// <summary>Whether everything is set, so that the file need not be asked.</summary>
    public readonly bool IsWhole => HasFlags && KeySlot != 0 && LastHead != 0;

    /// <summary>Lays what a newer row sets over this one.</summary>
    public void Add(in ContactRow newer)
    {
        Flags = newer.HasFlags ? newer.Flags : Flags;
        HasFlags |= newer.HasFlags;
        KeySlot = newer.KeySlot != 0 ? newer.KeySlot : KeySlot;
        LastSender = newer.LastHead != 0 ? newer.LastSender : LastSender;
        LastHead = newer.LastHead != 0 ? newer.LastHead : LastHead;
    }

    /// <summary>Lays what is set over <paramref name="stored"/>.</summary>
    public readonly void Overlay(ref StoredContact stored)
    {
        stored.Found = true;
        if (HasFlags)
        {
            stored.Flags = Flags;
        }

        if (KeySlot != 0)
        {
            stored.KeySlot = KeySlot;
        }

        if (LastHead != 0)
        {
            stored.LastHead = LastHead;
            stored.LastSender = LastSender;
        }
    }
}
