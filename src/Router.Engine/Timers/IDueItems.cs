namespace Router.Engine.Timers;

/// <summary>Takes what has come due in a <see cref="TimingWheel{TLinks}"/>.</summary>
public interface IDueItems
{
    /// <summary>
    /// Takes one item, which is out of the wheel already; it and others may be added and removed from here. False stops: what else is due stays
    /// for the next <see cref="TimingWheel{TLinks}.Advance"/>.
    /// </summary>
    bool Take(int item);
}
