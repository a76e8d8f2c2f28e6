namespace Router.Grains;

/// <summary>Names by which the host and the grains meet.</summary>
public static class RouterSilo
{
    /// <summary>The grain storage provider that keeps tenants, providers and the catalog.</summary>
    public const string StorageName = "Router";
}
