using System.Runtime.InteropServices;

namespace Router.Storage.Sealing.Native;

/// <summary>Of OpenSSL's C interface (<c>evp.h</c>, the same in 1.1 and 3) what <see cref="OnceGcm"/> needs: the library in which .NET's own <see cref="System.Security.Cryptography.AesGcm"/> does its work on Linux.</summary>
/// <remarks>Each returns 1 when it is done, unless it says otherwise.</remarks>
internal static unsafe partial class LibCrypto
{
    /// <summary>EVP_CTRL_GCM_GET_TAG.</summary>
    public const int GetTag = 0x10;

    /// <summary>EVP_CTRL_GCM_SET_TAG.</summary>
    public const int SetTag = 0x11;

    private const string Library = "libcrypto";

    // Names that say which interface the library has; a bare one may be any.
    private static readonly string[] builds = ["libcrypto.so.3", "libcrypto.so.1.1"];
    private static readonly nint handle = Load();

    static LibCrypto() => NativeLibrary.SetDllImportResolver(typeof(LibCrypto).Assembly, static (name, _, _) => name == Library ? handle : 0);

    /// <summary>Whether a build of it loads.</summary>
    public static bool IsThere => handle != 0;

    /// <summary>A context; 0: no memory.</summary>
    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_new")]
    public static partial nint NewContext();

    /// <summary>Lets go of a context, and wipes its key.</summary>
    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_aes_256_gcm")]
    public static partial nint Aes256Gcm();

    /// <summary>What is 0 or null stays as it was; <paramref name="encrypts"/> −1 too.</summary>
    [LibraryImport(Library, EntryPoint = "EVP_CipherInit_ex")]
    public static partial int Begin(nint context, nint cipher, nint engine, byte* key, byte* nonce, int encrypts);

    /// <summary>Without <paramref name="to"/>: associated data.</summary>
    [LibraryImport(Library, EntryPoint = "EVP_CipherUpdate")]
    public static partial int Add(nint context, byte* to, int* written, byte* from, int length);

    /// <summary>0 where the tag is another.</summary>
    [LibraryImport(Library, EntryPoint = "EVP_CipherFinal_ex")]
    public static partial int End(nint context, byte* to, int* written);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_ctrl")]
    public static partial int Control(nint context, int what, int length, byte* bytes);

    [LibraryImport(Library, EntryPoint = "ERR_clear_error")]
    public static partial void ClearErrors();

    private static nint Load()
    {
        foreach (string build in builds)
        {
            if (NativeLibrary.TryLoad(build, out nint loaded))
            {
                return loaded;
            }
        }

        return 0;
    }
}
