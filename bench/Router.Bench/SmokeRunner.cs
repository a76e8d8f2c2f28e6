using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace Router.Bench;

/// <summary>Runs every benchmark once, so that none rots between the days on which someone measures (STYLE 32). The first of each <c>[Params]</c> is taken.</summary>
internal static class SmokeRunner
{
    /// <summary>Prints how many ran; 1 when one throws or there is none, else 0.</summary>
    public static int Run()
    {
        int ran = 0;
        int failed = 0;
        foreach (MethodInfo benchmark in Find())
        {
            string name = $"{benchmark.DeclaringType!.Name}.{benchmark.Name}";
            try
            {
                RunOnce(benchmark);
                ran++;
            }
            catch (TargetInvocationException e)
            {
                failed++;
                Console.WriteLine($"{name} fails: {e.InnerException}");
            }
        }

        Console.WriteLine($"{ran} benchmarks run, {failed} fail");
        return failed == 0 && ran > 0 ? 0 : 1;
    }

    private static void RunOnce(MethodInfo benchmark)
    {
        object instance = Activator.CreateInstance(benchmark.DeclaringType!)!;
        foreach (PropertyInfo property in benchmark.DeclaringType!.GetProperties())
        {
            if (property.GetCustomAttribute<ParamsAttribute>() is { } values)
            {
                property.SetValue(instance, values.Values[0]);
            }
        }

        Call<GlobalSetupAttribute>(instance);
        Call<IterationSetupAttribute>(instance);
        if (benchmark.Invoke(instance, null) is Task task)
        {
            task.GetAwaiter().GetResult();
        }

        Call<IterationCleanupAttribute>(instance);
        Call<GlobalCleanupAttribute>(instance);
    }

    private static void Call<TAttribute>(object instance)
        where TAttribute : Attribute
    {
        foreach (MethodInfo method in instance.GetType().GetMethods().Where(static m => m.GetCustomAttribute<TAttribute>() is not null))
        {
            method.Invoke(instance, null);
        }
    }

    private static IEnumerable<MethodInfo> Find() =>
        from type in typeof(SmokeRunner).Assembly.GetTypes()
        where !type.IsAbstract
        from method in type.GetMethods()
        where method.GetCustomAttribute<BenchmarkAttribute>() is not null
        select method;
}
