using System.Globalization;
using System.Security.Authentication;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp;

/// <summary>One bind of the pool: connects, lets a session run, and tries again for as long as the account lives.</summary>
internal sealed class SmppBind(SmppAccount account, int index, Command command, int seed, Action<SmppSession> bound, Action<SmppSession> closing)
{
    /// <summary>A session that was bound this long has earned the first delay again.</summary>
    private const int SteadySeconds = 10;

    private readonly Backoff backoff = new(seed);
    private readonly string label = account.Label(index, command);
    private volatile SmppSession? session;
    private volatile BindFault? fault;
    private string? told;

    /// <summary>The session of now; null: none.</summary>
    public SmppSession? Session => session;

    /// <summary>Why there is no session, and since when; null: there is one, or none was tried yet.</summary>
    public BindFault? Fault => session is { IsBound: true } ? null : fault;

    /// <summary>
    /// Runs until <paramref name="ending"/> (no new session; <see cref="SmppSession.Unbind"/> ends the one there is) or <paramref name="stop"/> (at once); never throws.
    /// </summary>
    public async Task RunAsync(CancellationToken ending, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ending, stop);
        while (!either.IsCancellationRequested)
        {
            TimeSpan delay = await RunOnceAsync(either.Token, stop).ConfigureAwait(false);
            try
            {
                await Task.Delay(delay, account.Time, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<TimeSpan> RunOnceAsync(CancellationToken ending, CancellationToken stop)
    {
        SmppLink? link = null;
        try
        {
            link = await ConnectAsync(ending).ConfigureAwait(false);
            var now = new SmppSession(account, index, command, link);
            session = now;
            if (ending.IsCancellationRequested)
            {
                now.Unbind(); // whoever ended it did not see this session
            }

            await now.RunAsync(bound, closing, stop).ConfigureAwait(false);
            return Ended(now, ending.IsCancellationRequested);
        }
        catch (Exception exception) when (SmppLink.IsFault(exception) || exception is AuthenticationException)
        {
            TimeSpan delay = backoff.Next(credentials: false);
            if (!ending.IsCancellationRequested)
            {
                string why = SmppLink.Words(exception);
                Failed(exception is AuthenticationException ? why : $"could not connect ({why}): check settings.host and settings.port, and the firewalls between");
                if (IsNews(why))
                {
                    SmppLog.NotConnected(account.Logger, account.Name, label, account.Settings.Host, account.Settings.Port, why, (long)delay.TotalMilliseconds);
                }
            }

            return delay;
        }
#pragma warning disable CA1031 // the last line of a loop that must outlive its faults: logged with its stack, then tried again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            SmppLog.Fault(account.Logger, exception, account.Name, label);
            Failed("ended by a fault of Router: its log has it");
            return backoff.Next(credentials: false);
        }
        finally
        {
            session = null;
            link?.Dispose();
        }
    }

    private async Task<SmppLink> ConnectAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(account.Settings.ResponseTimeoutSeconds), account.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        return await SmppLink.ConnectAsync(account.Settings, both.Token).ConfigureAwait(false);
    }

    private TimeSpan Ended(SmppSession ended, bool stopping)
    {
        if (ended.RefusedWith != Status.Ok)
        {
            account.Counters.Add(SmppCount.BindsRefused);
            TimeSpan refused = backoff.Next(Status.IsCredentials(ended.RefusedWith));
            Failed(string.Create(CultureInfo.InvariantCulture, $"bind refused with status 0x{ended.RefusedWith:x8} ({Status.BindWords(ended.RefusedWith)}); next try in {Math.Ceiling(refused.TotalSeconds)} s"));
            if (IsNews(Status.BindWords(ended.RefusedWith)))
            {
                SmppLog.BindRefused(account.Logger, account.Name, label, ended.RefusedWith, Status.BindWords(ended.RefusedWith), (long)refused.TotalMilliseconds);
            }

            return refused;
        }

        bool wasBound = ended.BoundAt != 0;
        told = wasBound ? null : told;
        if (wasBound && account.Time.GetElapsedTime(ended.BoundAt) >= TimeSpan.FromSeconds(SteadySeconds))
        {
            backoff.Reset();
        }

        TimeSpan delay = backoff.Next(credentials: false);
        if (!stopping)
        {
            if (wasBound)
            {
                account.Counters.Add(SmppCount.LinksLost);
            }

            Failed($"went down ({ended.Why})");
            if (wasBound || IsNews(ended.Why))
            {
                SmppLog.BindDown(account.Logger, account.Name, label, ended.Why, (long)delay.TotalMilliseconds);
            }
        }

        return delay;
    }

    // A carrier that is away for a day would be told by each bind with each try: once for each reason until it has been bound is enough, the rest is a provider's lastError.
    private bool IsNews(string why)
    {
        bool isNews = why != told;
        told = why;
        return isNews;
    }

    private void Failed(string words) => fault = new BindFault($"bind {label}: {words}", account.Time.GetUtcNow());
}
