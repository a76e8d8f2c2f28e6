using Microsoft.AspNetCore.Http;
using Router.Core.Addresses;

namespace Router.FrontDoor.Audit;

/// <summary>What a handler says of the change that it makes, beyond what the route tells: which thing it was. A feature of the request; for its own flow only.</summary>
internal sealed class AuditedChange
{
    /// <summary>Characters of an object at most; the rest is cut.</summary>
    internal const int ObjectMax = 256;

    /// <summary>Which thing; null: what the route's values tell.</summary>
    internal string? Object { get; private set; }

    /// <summary>Names the thing that is made or changed. Does nothing where nothing is audited.</summary>
    internal static void Names(HttpContext context, string name)
    {
        if (context.Features.Get<AuditedChange>() is { } change)
        {
            change.Object = name;
        }
    }

    /// <summary>Names a contact by its keyed id: an address stands in no log (DESIGN §4.8).</summary>
    internal static void Names(HttpContext context, ContactId contact)
    {
        Span<byte> id = stackalloc byte[ContactId.Size];
        contact.Write(id);
        Names(context, "contact:" + Convert.ToHexStringLower(id));
    }
}
