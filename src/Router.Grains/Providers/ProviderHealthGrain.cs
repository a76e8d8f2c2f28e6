using Microsoft.Extensions.Logging;
using Router.Core.Routing;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Grains.Administration;

namespace Router.Grains.Providers;

/// <inheritdoc cref="IProviderHealthGrain"/>
/// <remarks>
/// Not reentrant: one transition is told to all before the next begins, or those who were told already are told what came after it. Told at least once: a fault between the telling and the keeping of it
/// tells it again.
/// </remarks>
[KeepAlive]
internal sealed partial class ProviderHealthGrain(
    [PersistentState("health", RouterSilo.StorageName)] IPersistentState<ProviderHealthState> state, INotices notices, ConfigurationHolder holder,
    IClusterMembershipService membership, TimeProvider time, RouterSiloOptions options, ILogger<ProviderHealthGrain> log) : Grain, IProviderHealthGrain
{
    private const int TellingsAtOnce = 64;

    private readonly Dictionary<SiloAddress, bool> seen = [];

    // What tenants were told last, while not all know the same; null: what is not known, because an answer was lost.
    private readonly Dictionary<int, bool?> told = [];

    // Whom an activation before this one told what is not known.
    private bool isInDoubt;
    private long? lastTold;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        isInDoubt = state.State.Telling;
        return holder.Loaded.WaitAsync(cancellationToken); // a silo that starts knows no tenants to tell
    }

    /// <inheritdoc/>
    public async Task<bool> ReportAsync(SiloAddress silo, bool up)
    {
        seen[silo] = up;
        if (IsDown() is not { } down)
        {
            return false;
        }

        if (down == state.State.ToldDown && !state.State.Telling)
        {
            return true;
        }

        if (lastTold is { } at && time.GetElapsedTime(at) < options.HealthPause)
        {
            return false;
        }

        if (!state.State.Telling)
        {
            await KeepAsync(state.State.ToldDown, telling: true);
        }

        if (!await TellAsync(down))
        {
            return false;
        }

        lastTold = time.GetTimestamp();
        await KeepAsync(down, telling: false);
        told.Clear();
        isInDoubt = false;
        return true;
    }

    // Null: a live silo has not reported since this grain woke, and it may be the one that has a session.
    private bool? IsDown()
    {
        bool missing = false;
        foreach ((SiloAddress silo, ClusterMember member) in membership.CurrentSnapshot.Members)
        {
            // One that reports lives, even where the membership here does not know it as active yet.
            if (member.Status is SiloStatus.Dead or SiloStatus.ShuttingDown or SiloStatus.Stopping)
            {
                seen.Remove(silo);
            }
            else if (member.Status == SiloStatus.Active)
            {
                missing |= !seen.ContainsKey(silo);
            }
        }

        return seen.ContainsValue(true) ? false : missing ? null : true;
    }

    private async Task<bool> TellAsync(bool down)
    {
        int provider = checked((int)this.GetPrimaryKeyLong());
        NoticeKind kind = down ? NoticeKind.ProviderDown : NoticeKind.ProviderUp;

        // Also who is out of its reach by now, if he was told otherwise.
        foreach (int[] some in ProviderReach.TenantsOf(holder.Current, provider).Union(told.Keys).Where(tenant => Owes(tenant, down)).ToArray().Chunk(TellingsAtOnce))
        {
            bool[] kept = await Task.WhenAll(some.Select(tenant => notices.NotifyAsync(tenant, kind, provider, CancellationToken.None).AsTask()));
            for (int i = 0; i < some.Length; i++)
            {
                told[some[i]] = kept[i] ? down : null;
            }

            if (kept.Contains(false))
            {
                return false;
            }
        }

        LogTold(told.Values.Count(said => said == down), provider, down ? "down" : "up");
        return true;
    }

    private bool Owes(int tenant, bool down) =>
        !holder.Current.IsClosed(tenant) && (told.TryGetValue(tenant, out bool? last) ? last != down : isInDoubt || state.State.ToldDown != down);

    private async Task KeepAsync(bool toldDown, bool telling)
    {
        state.State.ToldDown = toldDown;
        state.State.Telling = telling;
        try
        {
            await state.WriteStateAsync();
        }
        catch (Exception exception) when (exception is not AdministrationUnavailableException)
        {
            LogNotKept(this.GetPrimaryKeyLong(), exception);
            DeactivateOnIdle();
            throw new AdministrationUnavailableException("what was told of a provider could not be stored; report again", exception);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Count} tenants were told that provider {Provider} is {State}")]
    private partial void LogTold(int count, int provider, string state);

    [LoggerMessage(2, LogLevel.Error, "what tenants were told of provider {Provider} could not be stored; they may be told again")]
    private partial void LogNotKept(long provider, Exception exception);
}
