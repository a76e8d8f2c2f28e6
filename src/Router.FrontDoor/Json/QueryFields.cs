using Microsoft.AspNetCore.Http;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Json;

/// <summary>Query strings, read as strictly as bodies.</summary>
internal static class QueryFields
{
    /// <summary>Refuses a parameter that is not one of <paramref name="known"/>, or that stands there twice.</summary>
    internal static Problem? RefuseUnknown(IQueryCollection query, params ReadOnlySpan<string> known)
    {
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in query)
        {
            bool found = false;
            foreach (string one in known)
            {
                found |= one == name;
            }

            if (!found)
            {
                string shown = Problem.Shown(name);
                string these = known.IsEmpty ? "there are none" : "known are " + string.Join(", ", known);
                return new Problem(400, "unknown_parameter", $"{shown} is no query parameter here; {these}.", shown);
            }

            if (values.Count != 1)
            {
                return KnownProblems.InvalidParameter(name, "may stand there once only");
            }
        }

        return null;
    }
}
