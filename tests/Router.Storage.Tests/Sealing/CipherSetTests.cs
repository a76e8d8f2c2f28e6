using System.Security.Cryptography;
using Router.Storage.Sealing;

namespace Router.Storage.Tests.Sealing;

public sealed class CipherSetTests
{
    [Fact]
    public void A_cipher_is_kept_from_its_contacts_second_record_on()
    {
        CipherSet set = new();
        Assert.False(set.WasSeen(1, 5));
        Assert.Null(set.Find(1, 5));
        Assert.False(set.WasSeen(2, 5));

        Assert.True(set.WasSeen(1, 5));
        AesGcm second = set.Keep(1, 5, new AesGcm(new byte[32], 16));
        Assert.Same(second, set.Find(1, 5));
        Assert.Null(set.Find(2, 5));
        Use(second);
    }

    // A campaign: a record each for contacts never seen before.
    [Fact]
    public void Contacts_seen_once_put_none_in_use_out_of_its_place()
    {
        CipherSet set = new();
        for (uint slot = 1; slot <= CipherSet.Ways; slot++)
        {
            Pass(set, slot);
            Pass(set, slot);
        }

        for (uint slot = 100; slot < 200; slot++)
        {
            Pass(set, slot);
        }

        for (uint slot = 1; slot <= CipherSet.Ways; slot++)
        {
            Use(set.Find(1, slot)!);
        }

        set.Clear();
        Assert.Null(set.Find(1, 1));
    }

    private static void Pass(CipherSet set, uint slot)
    {
        if (set.WasSeen(1, slot))
        {
            set.Keep(1, slot, new AesGcm(new byte[32], 16));
        }
    }

    private static void Use(AesGcm cipher) => cipher.Encrypt(new byte[12].AsSpan(), [], [], new byte[16]);
}
