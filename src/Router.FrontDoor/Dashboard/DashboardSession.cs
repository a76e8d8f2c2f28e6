using System.Buffers.Binary;
using System.Buffers.Text;
using Microsoft.AspNetCore.Http;
using Router.Core.Tenants;
using Router.Engine.Sealing;

namespace Router.FrontDoor.Dashboard;

/// <summary>
/// A browser's sign-in: a cookie that stands for an operator's key for twelve hours, because a page cannot put <c>Authorization</c> on links, on <c>/admin/grains/</c> or on an event stream.
/// It holds no key but the hash by which one is found, under the installation's key, and an end: nothing is kept here, every silo reads it, and it opens nothing once the key is revoked.
/// </summary>
/// <remarks>
/// Two blocks of the installation's cipher. The first: kind, 24 zero bits, end, 64 bits of the hash; the second: the hash. Whoever makes one up without the cipher's key must meet a known
/// hash of 128 bits. <c>SameSite=Strict</c> and <see cref="IsFromHere"/> keep other sites' pages from using it.
/// </remarks>
internal static class DashboardSession
{
    private const string Name = "router_session";
    private const ulong Kind = 9;
    private const int Bytes = 32;
    private static readonly TimeSpan Lasts = TimeSpan.FromHours(12);

    /// <summary>Gives the browser the cookie of a key.</summary>
    internal static void Begin(HttpContext context, ApiKey key, IKeyedHash hash, DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, hash.Cloak(First(key.Hash, (uint)(now + Lasts).ToUnixTimeSeconds())));
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], hash.Cloak(key.Hash));
        context.Response.Cookies.Append(Name, Base64Url.EncodeToString(bytes), Options(context, Lasts));
    }

    /// <summary>Takes it away.</summary>
    internal static void End(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context, null));

    /// <summary>The hash of the key that the request's cookie stands for; null: none, it has ended, or it was made up.</summary>
    internal static UInt128? Find(HttpContext context, IKeyedHash hash, DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[Bytes + 3];
        if (!context.Request.Cookies.TryGetValue(Name, out string? text)
            || text.Length > 64
            || Base64Url.DecodeFromChars(text, bytes, out _, out int written) != System.Buffers.OperationStatus.Done
            || written != Bytes)
        {
            return null;
        }

        UInt128 keyHash = hash.Uncloak(BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));
        UInt128 first = hash.Uncloak(BinaryPrimitives.ReadUInt128BigEndian(bytes));
        var end = (uint)(first >> 64);
        return first == First(keyHash, end) && now.ToUnixTimeSeconds() < end ? keyHash : null;
    }

    /// <summary>Whether a page of this very host makes the request, as browsers tell (Fetch Metadata); a look may also come from the address bar.</summary>
    internal static bool IsFromHere(HttpRequest request)
    {
        string? site = request.Headers["Sec-Fetch-Site"];
        return site is "same-origin" || (HttpMethods.IsGet(request.Method) && site is "none");
    }

    private static UInt128 First(UInt128 keyHash, uint endSeconds) => new((Kind << 56) | endSeconds, (ulong)(keyHash >> 64));

    private static CookieOptions Options(HttpContext context, TimeSpan? lasts) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/", MaxAge = lasts, IsEssential = true,
    };
}
