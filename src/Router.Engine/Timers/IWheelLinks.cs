namespace Router.Engine.Timers;

/// <summary>
/// Where the owner of a <see cref="TimingWheel{TLinks}"/> keeps the wheel's 12 bytes an item: in its own slab, so that the wheel itself stores nothing an item.
/// A struct, so that the calls are inlined. While an item is in the wheel the three belong to the wheel; at other times the owner may use them for anything.
/// </summary>
public interface IWheelLinks
{
    /// <summary>The item's next one.</summary>
    ref int Next(int item);

    /// <summary>The item's previous one.</summary>
    ref int Previous(int item);

    /// <summary>The tick at which the item is due.</summary>
    ref uint Due(int item);
}
