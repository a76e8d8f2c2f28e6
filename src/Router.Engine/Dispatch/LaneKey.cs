using Router.Core.Messages;

namespace Router.Engine.Dispatch;

/// <summary>What a lane is for. All messages of a lane share all limits but the recipient's.</summary>
/// <param name="Provider">Provider's number.</param>
/// <param name="Tenant">Tenant's number.</param>
/// <param name="SenderTag">Tag of the sender; 0: none.</param>
/// <param name="Channel">Channel.</param>
/// <param name="Purpose">Purpose.</param>
/// <param name="Priority">Priority.</param>
/// <param name="Region">Region that the message itself must stay in (<see cref="Core.Tenants.RegionTag"/>); 0: it names none, its tenant's holds.</param>
/// <param name="Price">Price of a segment that was reserved for each of its messages, millionths; 0: none. Here, because a price may change while messages wait, and a message has no room for its own.</param>
internal readonly record struct LaneKey(int Provider, int Tenant, uint SenderTag, Channel Channel, Purpose Purpose, Priority Priority, uint Region = 0, long Price = 0)
{
    /// <summary>Classes of urgency: four purposes by three priorities.</summary>
    public const int Classes = 12;

    /// <summary>0 leaves first.</summary>
    public int Class => ((int)Purpose * 3) + (int)Priority;
}
