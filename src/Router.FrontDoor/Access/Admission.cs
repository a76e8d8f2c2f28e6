using Microsoft.AspNetCore.Http;
using Router.Core.Tenants;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Access;

/// <summary>
/// The admission of a request that lives long: who calls is looked at again whenever something configured has changed, so that a key that was removed gets no further, and a
/// sender that was added counts at once. For the one loop that reads or tells; not for several threads.
/// </summary>
/// <remarks>Hot path, 0 B: a field's read while nothing changes.</remarks>
internal sealed class Admission(HttpContext context, Permission permission, Tenant caller, Doorkeeper doorkeeper, IAdministration administration)
{
    private Configuration admittedUnder = administration.Current;

    /// <summary>The caller's tenant as it was configured at the last look.</summary>
    internal Tenant Tenant { get; private set; } = caller;

    /// <summary>Looks again; null: the caller still may.</summary>
    internal Problem? Look()
    {
        Configuration current = administration.Current;
        if (ReferenceEquals(current, admittedUnder))
        {
            return null;
        }

        admittedUnder = current;
        if (doorkeeper.Admit(context, permission, out Tenant? again) is { } problem)
        {
            return problem;
        }

        Tenant = again!;
        return null;
    }
}
