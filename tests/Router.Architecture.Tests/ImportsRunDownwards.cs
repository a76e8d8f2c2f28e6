using System.Reflection;

namespace Router.Architecture.Tests;

/// <summary>DESIGN §5: imports run downwards only: Host → FrontDoor, Streams, Providers, Storage → Grains → Engine → Core.</summary>
public sealed class ImportsRunDownwards
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Router.Core"] = [],
        ["Router.Engine"] = ["Router.Core"],
        ["Router.Grains"] = ["Router.Engine", "Router.Core"],
        ["Router.Storage"] = ["Router.Grains", "Router.Engine", "Router.Core"],
        ["Router.Providers"] = ["Router.Grains", "Router.Engine", "Router.Core"],
        ["Router.Streams"] = ["Router.Grains", "Router.Engine", "Router.Core"],
        ["Router.FrontDoor"] = ["Router.Grains", "Router.Engine", "Router.Core"],
        ["Router.Host"] = ["Router.FrontDoor", "Router.Streams", "Router.Providers", "Router.Storage", "Router.Grains", "Router.Engine", "Router.Core"],
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_imports_only_what_lies_below_it(string project)
    {
        string[] imports = [.. Referenced(project).Where(static n => n.StartsWith("Router.", StringComparison.Ordinal))];
        Assert.Empty(imports.Except(Allowed[project]));
    }

    [Theory]
    [InlineData("Router.Core")]
    [InlineData("Router.Engine")]
    public void Rules_and_engine_know_no_Orleans_SQLite_or_AspNet(string project) =>
        Assert.DoesNotContain(Referenced(project), static n =>
            n.StartsWith("Orleans", StringComparison.Ordinal) || n.StartsWith("SQLite", StringComparison.Ordinal)
            || (n.StartsWith("Microsoft.", StringComparison.Ordinal) && n != "Microsoft.Extensions.Logging.Abstractions"));

    [Fact]
    public void Every_project_of_the_tree_is_in_the_table()
    {
        string sources = Path.Combine(Root(), "src");
        string[] projects = [.. Directory.EnumerateDirectories(sources).Select(static d => Path.GetFileName(d))];
        Assert.Empty(projects.Except(Allowed.Keys));
    }

    private static IEnumerable<string> Referenced(string project) =>
        Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, project + ".dll")).GetReferencedAssemblies().Select(static a => a.Name!);

    private static string Root()
    {
        string? at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at!, "Router.sln")))
        {
            at = Path.GetDirectoryName(at);
        }

        return at!;
    }
}
