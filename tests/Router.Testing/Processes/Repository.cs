namespace Router.Testing.Processes;

/// <summary>Where the tree lies.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        string? at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at!, "Router.sln")))
        {
            at = Path.GetDirectoryName(at);
        }

        return at!;
    }
}
