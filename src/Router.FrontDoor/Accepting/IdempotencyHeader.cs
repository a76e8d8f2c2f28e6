using System.Text;
using Microsoft.AspNetCore.Http;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Accepting;

/// <summary>The <c>Idempotency-Key</c> header (DESIGN §6): 1 to 255 visible ASCII characters, taken as they are.</summary>
internal static class IdempotencyHeader
{
    private const int LengthMax = 255;

    private static readonly Problem Invalid = new(400, "invalid_idempotency_key", "Idempotency-Key is not 1 to 255 visible ASCII characters, given once.");

    /// <summary>Reads it; empty: none was sent.</summary>
    internal static Problem? Read(HttpRequest request, out byte[] key)
    {
        key = [];
        if (!request.Headers.TryGetValue("Idempotency-Key", out Microsoft.Extensions.Primitives.StringValues values))
        {
            return null;
        }

        if (values is not [{ Length: > 0 and <= LengthMax } text] || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return Invalid;
        }

        key = Encoding.ASCII.GetBytes(text);
        return null;
    }
}
