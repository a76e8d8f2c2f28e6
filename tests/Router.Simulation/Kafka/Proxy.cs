using System.Reflection;

namespace Router.Simulation.Kafka;

/// <summary>An interface of many members of which few are used: those are answered, all others throw.</summary>
#pragma warning disable CA1852 // What is made derives from it.
internal class Proxy<T> : DispatchProxy
    where T : class
#pragma warning restore CA1852
{
    private Func<string, object?[], object?> answer = static (_, _) => null;

    public static T Of(Func<string, object?[], object?> answer)
    {
        T made = Create<T, Proxy<T>>();
        ((Proxy<T>)(object)made).answer = answer;
        return made;
    }

    /// <summary>For members that nobody should call.</summary>
    public static object Unknown(string member) => throw new NotSupportedException($"{typeof(T).Name}.{member} is not simulated");

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => answer(targetMethod!.Name, args ?? []);
}
