using System.Globalization;
using Microsoft.AspNetCore.Http;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Json;

/// <summary>Query strings, read as strictly as bodies.</summary>
internal static class QueryFields
{
    /// <summary>Items of a page at most (DESIGN §6: lists).</summary>
    internal const int LimitMax = 200;

    private const int LimitDefault = 50;

    /// <summary>Reads <c>limit</c> of a list: 1 to <see cref="LimitMax"/>, 50 where it is not there.</summary>
    internal static Problem? ReadLimit(IQueryCollection query, out int limit)
    {
        limit = LimitDefault;
        if (query["limit"] is not [{ } text])
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= LimitMax
            ? null
            : KnownProblems.InvalidParameter("limit", $"is {Problem.Shown(text)}, not a whole number from 1 to {LimitMax}");
    }

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
