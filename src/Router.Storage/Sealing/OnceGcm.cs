using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Router.Storage.Sealing.Native;

namespace Router.Storage.Sealing;

/// <summary>AES-256-GCM under a key that is used once: a context of OpenSSL's that takes another key each time. What it writes is what <see cref="AesGcm"/> writes. One thread at a time.</summary>
/// <remarks>
/// Hot path, 0 B. An <see cref="AesGcm"/> cannot take another key, and a fresh one for each record of a campaign costs 2.4 to 3.6 µs and 64 B; this costs 0.6 to 0.8 µs. Where OpenSSL is not found it is a fresh one.
/// </remarks>
internal sealed class OnceGcm
{
    private const int KeyLength = 32;
    private const int TagLength = 16;

    // 0: there is no OpenSSL.
    private readonly nint context;

    public unsafe OnceGcm(bool native = true)
    {
        if (!native || !LibCrypto.IsThere)
        {
            GC.SuppressFinalize(this);
            return;
        }

        context = LibCrypto.NewContext();
        if (context == 0)
        {
            throw new InsufficientMemoryException("OpenSSL has no memory for a cipher");
        }

        // The length of a nonce is 12 unless another is asked for.
        Check(LibCrypto.Begin(context, LibCrypto.Aes256Gcm(), 0, null, null, 1) == 1);
    }

    // As with whatever is a thread's own: who ends it is not known.
    ~OnceGcm() => LibCrypto.FreeContext(context);

    /// <summary>Seals <paramref name="plain"/> into as many bytes and a tag.</summary>
    public unsafe void Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> to, Span<byte> tag, ReadOnlySpan<byte> associated)
    {
        if (context == 0)
        {
            using AesGcm fresh = new(key, TagLength);
            fresh.Encrypt(nonce, plain, to, tag, associated);
            return;
        }

        CheckLengths(key, nonce, plain, to, tag);
        fixed (byte* g = tag)
        {
            bool done = Add(key, nonce, plain, to, associated, encrypts: 1) && End() && LibCrypto.Control(context, LibCrypto.GetTag, TagLength, g) == 1;
            Check(Forget() && done);
        }
    }

    /// <summary>Opens what <see cref="Encrypt"/> sealed; false, and nothing opened: it was not sealed so.</summary>
    public unsafe bool TryDecrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> body, ReadOnlySpan<byte> tag, Span<byte> to, ReadOnlySpan<byte> associated)
    {
        if (context == 0)
        {
            using AesGcm fresh = new(key, TagLength);
            return TryDecrypt(fresh, nonce, body, tag, to, associated);
        }

        CheckLengths(key, nonce, body, to, tag);
        fixed (byte* g = tag)
        {
            bool begun = Add(key, nonce, body, to, associated, encrypts: 0) && LibCrypto.Control(context, LibCrypto.SetTag, TagLength, g) == 1;
            bool opened = begun && End();
            bool forgotten = Forget();
            if (!opened)
            {
                CryptographicOperations.ZeroMemory(to[..body.Length]);
                LibCrypto.ClearErrors();
            }

            Check(begun && forgotten);
            return opened;
        }
    }

    /// <summary>As <see cref="AesGcm.Decrypt(ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte}, ReadOnlySpan{byte})"/>, of which a failed tag is an answer; such records are rare, so the exception's microseconds do not matter.</summary>
    public static bool TryDecrypt(AesGcm cipher, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> body, ReadOnlySpan<byte> tag, Span<byte> to, ReadOnlySpan<byte> associated)
    {
        try
        {
            cipher.Decrypt(nonce, body, tag, to, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static void CheckLengths(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, ReadOnlySpan<byte> tag)
    {
        if (key.Length != KeyLength || nonce.Length != AesGcm.NonceByteSizes.MaxSize || to.Length != from.Length || tag.Length != TagLength)
        {
            throw new ArgumentException("a key has 32 bytes, a nonce 12, a tag 16, and what is sealed as many as what is not");
        }
    }

    private static void Check([DoesNotReturnIf(false)] bool done)
    {
        if (!done)
        {
            LibCrypto.ClearErrors();
            throw new CryptographicException("OpenSSL could not seal or open a record");
        }
    }

    private unsafe bool Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> from, Span<byte> to, ReadOnlySpan<byte> associated, int encrypts)
    {
        fixed (byte* k = key, n = nonce, f = from, t = to, a = associated)
        {
            int written;
            return LibCrypto.Begin(context, 0, 0, k, n, encrypts) == 1
                && (associated.IsEmpty || LibCrypto.Add(context, null, &written, a, associated.Length) == 1)
                && (from.IsEmpty || LibCrypto.Add(context, t, &written, f, from.Length) == 1);
        }
    }

    // GCM has nothing left to write.
    private unsafe bool End()
    {
        byte none;
        int written;
        return LibCrypto.End(context, &none, &written) == 1;
    }

    // The key must not outlive its use (an erasure has to reach it): the context gets one of zeros in its place.
    private unsafe bool Forget()
    {
        Span<byte> zeros = stackalloc byte[KeyLength];
        zeros.Clear();
        fixed (byte* zero = zeros)
        {
            bool forgotten = LibCrypto.Begin(context, 0, 0, zero, null, -1) == 1;
            GC.KeepAlive(this);
            return forgotten;
        }
    }
}
