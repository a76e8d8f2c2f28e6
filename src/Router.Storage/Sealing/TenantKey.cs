using System.Security.Cryptography;

namespace Router.Storage.Sealing;

/// <summary>A tenant's two keys, unwrapped. One object a tenant and store; never copied out of storage.</summary>
internal sealed class TenantKey(int tenant, byte[] contentKey, byte[] indexKey)
{
    private volatile bool destroyed;

    /// <summary>The tenant's number.</summary>
    public int Tenant { get; } = tenant;

    /// <summary>Contact keys come from it.</summary>
    public byte[] ContentKey { get; } = contentKey;

    /// <summary>Keyed hashes come from it; it does not rotate (DESIGN §8).</summary>
    public byte[] IndexKey { get; } = indexKey;

    /// <summary>Whether it was destroyed.</summary>
    public bool Destroyed => destroyed;

    /// <summary>Wipes it in memory.</summary>
    public void Destroy()
    {
        destroyed = true;
        CryptographicOperations.ZeroMemory(ContentKey);
        CryptographicOperations.ZeroMemory(IndexKey);
    }
}
