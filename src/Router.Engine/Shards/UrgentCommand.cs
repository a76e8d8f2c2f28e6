using Router.Engine.Providers;

namespace Router.Engine.Shards;

/// <summary>A command in the queue that is served first.</summary>
internal struct UrgentCommand
{
    public CommandKind Kind;
    public Outcome Outcome;
    public object? Target;
}
