using Router.Core.Addresses;

namespace Router.Storage.Memory;

/// <summary>Contacts touched by a range of commits. About 50 B each. Caller holds the lock of <see cref="JournalMemory"/>; a closed one never changes.</summary>
/// <param name="afterCommit">The commit before its first.</param>
/// <param name="contacts">Contacts expected.</param>
internal sealed class ContactGeneration(long afterCommit, int contacts)
{
    /// <summary>The commit before its first.</summary>
    public long AfterCommit { get; private set; } = afterCommit;

    /// <summary>Its last commit.</summary>
    public long LastCommit { get; set; } = afterCommit;

    /// <summary>The contacts.</summary>
    public SlabTable<ContactId, ContactRow> Rows { get; } = new(contacts);

    /// <summary>The row of a contact, made when there is none.</summary>
    public ref ContactRow Touch(in ContactId contact) => ref Rows[Rows.FindOrAdd(new ContactRow { Contact = contact })];

    /// <summary>As new, but for the room of its table. Nobody else refers to it.</summary>
    public void Clear() => Rows.Clear(contacts);

    /// <summary>Begins it again after <see cref="Clear"/>.</summary>
    public void Begin(long after) => AfterCommit = LastCommit = after;
}
