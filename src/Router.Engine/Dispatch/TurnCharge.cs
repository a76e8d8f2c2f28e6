namespace Router.Engine.Dispatch;

/// <summary>What a segment that was asked for counted in the turns, so that what is not used of it counts for nothing.</summary>
/// <param name="Each">See <see cref="LaneClass.Charge"/>.</param>
/// <param name="Owed">What the classes behind the first are owed for it; negative: what they had.</param>
internal readonly record struct TurnCharge(double Each, int Owed);
