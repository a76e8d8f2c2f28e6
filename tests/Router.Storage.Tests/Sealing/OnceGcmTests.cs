using System.Security.Cryptography;
using Router.Storage.Sealing;
using Router.Storage.Sealing.Native;

namespace Router.Storage.Tests.Sealing;

public sealed class OnceGcmTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_writes_what_AesGcm_writes_and_opens_nothing_that_was_changed(bool native)
    {
        Assert.True(LibCrypto.IsThere); // else only half of it is tested
        OnceGcm once = new(native);
        Random random = new(17);
        byte[] key = new byte[32];
        byte[] nonce = new byte[12];
        byte[] tag = new byte[16];
        byte[] expectedTag = new byte[16];
        for (int length = 0; length < 300; length++)
        {
            byte[] plain = new byte[length];
            byte[] associated = new byte[length % 33];
            byte[] to = new byte[length];
            byte[] expected = new byte[length];
            random.NextBytes(key);
            random.NextBytes(nonce);
            random.NextBytes(plain);
            random.NextBytes(associated);
            using AesGcm cipher = new(key, 16);
            cipher.Encrypt(nonce, plain, expected, expectedTag, associated);

            once.Encrypt(key, nonce, plain, to, tag, associated);
            Assert.Equal(expected, to);
            Assert.Equal(expectedTag, tag);

            byte[] opened = new byte[length];
            Assert.True(once.TryDecrypt(key, nonce, to, tag, opened, associated));
            Assert.Equal(plain, opened);
            foreach (byte[] part in (byte[][])[key, nonce, tag, to, associated])
            {
                if (part.Length > 0)
                {
                    part[length % part.Length] ^= 1;
                    Assert.False(once.TryDecrypt(key, nonce, to, tag, opened, associated));
                    Assert.All(opened, static b => Assert.Equal(0, b));
                    part[length % part.Length] ^= 1;
                }
            }
        }
    }

    [Fact]
    public void Other_lengths_are_refused()
    {
        OnceGcm once = new();
        Assert.Throws<ArgumentException>(() => once.Encrypt(new byte[16], new byte[12], [], [], new byte[16], []));
        Assert.Throws<ArgumentException>(() => once.Encrypt(new byte[32], new byte[13], [], [], new byte[16], []));
        Assert.Throws<ArgumentException>(() => once.Encrypt(new byte[32], new byte[12], new byte[2], new byte[1], new byte[16], []));
        Assert.Throws<ArgumentException>(() => once.TryDecrypt(new byte[32], new byte[12], [], new byte[15], [], []));
    }
}
