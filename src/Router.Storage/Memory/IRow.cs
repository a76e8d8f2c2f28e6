namespace Router.Storage.Memory;

/// <summary>A row of a <see cref="SlabTable{TKey,TRow}"/>.</summary>
internal interface IRow<TKey>
    where TKey : struct
{
    /// <summary>What it is found by; never changes.</summary>
    TKey Key { get; }

    /// <summary>A hash of which every bit counts.</summary>
    static abstract uint Hash(TKey key);
}
