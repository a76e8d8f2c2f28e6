using System.Runtime.InteropServices;
using Router.Core.Addresses;

namespace Router.Storage.Memory;

/// <summary>A contact with departures in a generation: 20 B.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct DeparturesRow : IRow<ContactId>
{
    /// <summary>The contact.</summary>
    public ContactId Contact;

    /// <summary>Ordinal of its last departure.</summary>
    public int Last;

    /// <inheritdoc/>
    public readonly ContactId Key => Contact;

    /// <inheritdoc/>
    public static uint Hash(ContactId key) => ContactRow.Hash(key);
}
