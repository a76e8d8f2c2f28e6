using Microsoft.AspNetCore.Http;
using Router.Core.Tenants;
using Router.FrontDoor.Problems;
using Router.Grains.Administration;

namespace Router.FrontDoor.Access;

/// <summary>
/// The admission of a request that lives long: who calls is looked at again whenever something configured has changed and when the key expires, so that a key that was removed
/// gets no further, and a sender that was added counts at once. For the one loop that reads or tells; not for several threads.
/// </summary>
/// <remarks>Hot path, 0 B: a field's read while nothing changes; of a key that expires the clock, too.</remarks>
internal sealed class Admission
{
    private readonly HttpContext context;
    private readonly Permission permission;
    private readonly Doorkeeper doorkeeper;
    private readonly IAdministration administration;
    private ApiKey? key;
    private Configuration? admittedUnder;

    /// <param name="context">The request.</param>
    /// <param name="permission">What it was admitted for.</param>
    /// <param name="caller">The caller's tenant as the endpoint got it.</param>
    /// <param name="doorkeeper">Looks again.</param>
    /// <param name="administration">What is configured.</param>
    internal Admission(HttpContext context, Permission permission, Tenant caller, Doorkeeper doorkeeper, IAdministration administration)
    {
        this.context = context;
        this.permission = permission;
        this.doorkeeper = doorkeeper;
        this.administration = administration;
        Tenant = caller;
    }

    /// <summary>The caller's tenant as it was configured at the last look.</summary>
    internal Tenant Tenant { get; private set; }

    /// <summary>Looks again; null: the caller still may.</summary>
    internal Problem? Look()
    {
        Configuration current = administration.Current;
        if (ReferenceEquals(current, admittedUnder) && !doorkeeper.HasExpired(key!))
        {
            return null;
        }

        if (doorkeeper.Admit(context, permission, out Caller again) is { } problem)
        {
            admittedUnder = null;
            return problem;
        }

        admittedUnder = current;
        key = again.Key;
        Tenant = again.Tenant!;
        return null;
    }

    /// <summary>How long who waits may wait before he looks again: <paramref name="most"/>, or less where the key expires before. After a look.</summary>
    internal TimeSpan Within(TimeSpan most) => key is null ? most : doorkeeper.Left(key, most);
}
