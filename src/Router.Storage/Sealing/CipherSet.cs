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
    private AesGcm? passing;

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

    /// <summary>Takes a cipher just made: kept alive when its contact was seen before, else only until <see cref="DropPassing"/>.</summary>
    public void Add(int tenant, uint keySlot, AesGcm cipher)
    {
        int at = Array.IndexOf(seen, (keySlot, tenant));
        if (at < 0)
        {
            seen[nextSeen] = (keySlot, tenant);
            nextSeen = (nextSeen + 1) & (SeenMax - 1);
            passing = cipher;
            return;
        }

        seen[at] = default;
        ways[Ways - 1].Cipher?.Dispose();
        ways[Ways - 1] = (keySlot, tenant, cipher);
        MoveToFront(Ways - 1);
    }

    /// <summary>Lets go of a cipher that is not kept: its memory is the next one's, and still in the processor's caches.</summary>
    public void DropPassing()
    {
        passing?.Dispose();
        passing = null;
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
