using System.Security.Cryptography;

namespace Router.Storage.Sealing;

/// <summary>Four live ciphers, the one used last in front, and who was seen once. Caller holds <see cref="Gate"/>.</summary>
internal sealed class CipherSet
{
    /// <summary>Live ciphers in it.</summary>
    public const int Ways = 4;

    // Contacts remembered as seen once: twice the ways, 8 B each. A power of two.
    private const int SeenMax = 8;

    private readonly (uint KeySlot, int Tenant, AesGcm? Cipher)[] ways = new (uint, int, AesGcm?)[Ways];
    private readonly (uint KeySlot, int Tenant)[] seen = new (uint, int)[SeenMax];
    private int nextSeen;

    /// <summary>Guards it and the use of its ciphers.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The live cipher of a contact; null: none.</summary>
    public AesGcm? Find(int tenant, uint keySlot)
    {
        for (int i = 0; i < Ways; i++)
        {
            if (ways[i].KeySlot == keySlot && ways[i].Tenant == tenant && ways[i].Cipher is { } cipher)
            {
                if (i != 0)
                {
                    MoveToFront(i);
                }

                return cipher;
            }
        }

        return null;
    }

    /// <summary>Whether a contact's cipher is to live: it was seen lately. Else it is remembered.</summary>
    public bool WasSeen(int tenant, uint keySlot)
    {
        int at = Array.IndexOf(seen, (keySlot, tenant));
        if (at >= 0)
        {
            seen[at] = default;
            return true;
        }

        seen[nextSeen] = (keySlot, tenant);
        nextSeen = (nextSeen + 1) & (SeenMax - 1);
        return false;
    }

    /// <summary>Keeps a cipher alive in the place of the one used longest ago, and returns it.</summary>
    public AesGcm Keep(int tenant, uint keySlot, AesGcm cipher)
    {
        ways[Ways - 1].Cipher?.Dispose();
        ways[Ways - 1] = (keySlot, tenant, cipher);
        MoveToFront(Ways - 1);
        return cipher;
    }

    /// <summary>Lets go of a contact's.</summary>
    public void DropSlot(uint keySlot)
    {
        foreach (ref (uint KeySlot, int Tenant, AesGcm? Cipher) way in ways.AsSpan())
        {
            if (way.KeySlot == keySlot)
            {
                way.Cipher?.Dispose();
                way = default;
            }
        }
    }

    /// <summary>Lets go of a tenant's.</summary>
    public void DropTenant(int tenant)
    {
        foreach (ref (uint KeySlot, int Tenant, AesGcm? Cipher) way in ways.AsSpan())
        {
            if (way.Tenant == tenant)
            {
                way.Cipher?.Dispose();
                way = default;
            }
        }
    }

    /// <summary>Lets go of all.</summary>
    public void Clear()
    {
        foreach (ref (uint KeySlot, int Tenant, AesGcm? Cipher) way in ways.AsSpan())
        {
            way.Cipher?.Dispose();
            way = default;
        }
    }

    private void MoveToFront(int at)
    {
        (uint, int, AesGcm?) way = ways[at];
        Array.Copy(ways, 0, ways, 1, at);
        ways[0] = way;
    }
}
