namespace Router.Simulation.Model;

/// <summary>What is set for a tenant, as the model knows it. Immutable: a change is a new one.</summary>
internal sealed record TenantPlan
{
    public required int Number { get; init; }

    public string Name => "tenant-" + Number;

    public IReadOnlyList<string> AllSenders => [$"+3900{Number}0", $"+3900{Number}1"];

    /// <summary>Those that it has now.</summary>
    public IReadOnlyList<string> Senders => HasBothSenders ? AllSenders : [AllSenders[0]];

    /// <summary>The second sender comes and goes.</summary>
    public bool HasBothSenders { get; init; } = true;

    public int? PerSecond { get; init; }

    public int? PerSms { get; init; }

    public int? PerSender { get; init; }

    public (int Count, int WindowSeconds)? PerRecipient { get; init; }

    public int WaitingMax { get; init; } = 1_000_000;

    /// <summary>Minutes of the recipient's day, up to and without the second.</summary>
    public (int From, int To)? Quiet { get; init; }

    public string? Region { get; init; }

    /// <summary>All that it may ever spend, in units; null: it is not charged.</summary>
    public int? Credit { get; init; }

    /// <summary>Units a segment of an SMS.</summary>
    public int Price { get; init; }

    /// <summary>Which of its API keys are good: the last two made.</summary>
    public int LastKey { get; init; } = 1;
}
