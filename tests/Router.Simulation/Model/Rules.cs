namespace Router.Simulation.Model;

/// <summary>The rules that a message must have kept when it left, told once more in plain words. No code of the product's.</summary>
internal static class Rules
{
    // All numbers of the simulation are Italian ones, and its day is in winter: an hour before UTC.
    private const int RecipientAheadMinutes = 60;

    /// <summary>What a message's end means for its fallback; null: nothing yet.</summary>
    public static bool? Wakes(string status, string reason) => status switch
    {
        "Undelivered" or "Expired" => true,
        "Rejected" => reason is "NoRoute" or "RegionForbidden" or "InvalidAddress" or "SenderNotAllowed" or "WindowClosed",
        "Delivered" or "Read" or "Cancelled" => false,
        _ => null,
    };

    public static bool IsQuiet((int From, int To) hours, long nowMs)
    {
        long minute = ((nowMs / 60_000) + RecipientAheadMinutes) % (24 * 60);
        return hours.From <= hours.To ? minute >= hours.From && minute < hours.To : minute >= hours.From || minute < hours.To;
    }

    /// <summary>From when on it must not leave: validity counts in whole seconds, the one that has begun is let end.</summary>
    public static long MayNotLeaveFromMs(long validUntilMs) => (validUntilMs + 999) / 1_000 * 1_000;

    /// <summary>When a message's validity ends. A fallback that is due in time cuts it.</summary>
    public static long ValidUntilMs(Wish wish, long acceptedMs)
    {
        long from = Math.Max(acceptedMs, wish.ScheduleAtMs);
        long validMs = (wish.ValiditySeconds > 0 ? wish.ValiditySeconds : 48 * 3_600) * 1_000L;
        return from + (wish.AfterSeconds > 0 ? Math.Min(validMs, wish.AfterSeconds * 1_000L) : validMs);
    }

    /// <summary>Whether an account may carry what must stay in a region.</summary>
    public static bool Fits(string? region, string? accountRegion) => region is null || region == accountRegion;

    /// <summary>A life: accepted, queued any number of times, then one end; or sent, and after it one that receipts brought; read may follow delivered.</summary>
    public static bool IsLife(IReadOnlyList<string> statuses)
    {
        int at = 1;
        while (at < statuses.Count && statuses[at] == "Queued")
        {
            at++;
        }

        if (at < statuses.Count && statuses[at] == "Sent" && ++at == statuses.Count)
        {
            return statuses[0] == "Accepted";
        }

        if (at + 1 < statuses.Count && statuses[at] == "Delivered" && statuses[at + 1] == "Read")
        {
            at++;
        }

        return statuses[0] == "Accepted" && at == statuses.Count - 1 && statuses[at] is "Delivered" or "Read" or "Undelivered" or "Expired" or "Rejected" or "Cancelled";
    }

    /// <summary>What receipts make of a message that was sent in <paramref name="segments"/>.</summary>
    public static string StatusBy(IReadOnlyList<(int Segment, string Status)> receipts, int segments) =>
        receipts.Any(static r => r.Status == "Read") ? "Read"
        : receipts.Any(static r => r.Status == "Undelivered") ? "Undelivered"
        : receipts.Where(static r => r.Status == "Delivered").Select(static r => r.Segment).Distinct().Count() == segments ? "Delivered"
        : "Sent";
}
