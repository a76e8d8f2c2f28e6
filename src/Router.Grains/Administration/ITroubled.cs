namespace Router.Grains.Administration;

/// <summary>A part that may be in trouble while Router takes traffic: told on <c>/readyz</c>.</summary>
public interface ITroubled
{
    /// <summary>What is wrong now, for people, naming nobody; null: nothing.</summary>
    string? Trouble { get; }
}
