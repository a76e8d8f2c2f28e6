using System.Reflection;

namespace Router.Testing;

/// <summary>An interface of many members of which few are used: those are answered, all others throw.</summary>
public class Proxy<T> : DispatchProxy
    where T : class
{
    private Func<string, object?[], object?> answer = static (_, _) => null;

#pragma warning disable CA1000 // Its type is what it stands for.
    public static T Of(Func<string, object?[], object?> answer)
    {
        T made = Create<T, Proxy<T>>();
        ((Proxy<T>)(object)made).answer = answer;
        return made;
    }

    /// <summary>For members that nobody should call.</summary>
    public static object Unknown(string member) => throw new NotSupportedException($"{typeof(T).Name}.{member} is not simulated");
#pragma warning restore CA1000

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => answer(targetMethod!.Name, args ?? []);
}
