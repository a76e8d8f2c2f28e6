using System.Runtime.InteropServices;

namespace Router.Storage.Memory;

/// <summary>A departure that counts for a recipient's limit: 12 B.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct DepartureRow
{
    /// <summary>Unix ms; not before it left.</summary>
    public long AtMs;

    /// <summary>Ordinal of the contact's departure before it in the generation; -1: none.</summary>
    public int Previous;
}
