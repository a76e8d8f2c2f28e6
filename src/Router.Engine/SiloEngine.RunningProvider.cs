using Router.Core.Tenants;
using Router.Engine.Providers;

namespace Router.Engine;

/// <content>An instance of a provider's account, from its predecessor's end to its own.</content>
public sealed partial class SiloEngine
{
    /// <summary>
    /// One instance. Where the account was changed, it starts once the one before has settled what it had in flight and has gone: so nothing is repeated for a new password, and no carrier sees
    /// more sessions than the account has. What the old one still writes was released before the change.
    /// </summary>
    private sealed class RunningProvider(SiloEngine engine, ProviderAccount account, IProvider provider, InstanceEvents events)
    {
        // Ends when this one is to stop: a predecessor that still settles is cut short.
        private readonly TaskCompletionSource stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task succession = Task.CompletedTask;
        private bool closed;

        public ProviderAccount Account => account;

        public InstanceEvents Events => events;

        /// <summary>Starts it, after <paramref name="before"/> if there is one. Under the configuration's gate.</summary>
        public void Start(RunningProvider? before)
        {
            if (before is null)
            {
                provider.Start();
                return;
            }

            succession = SucceedAsync(before);
        }

        /// <summary>Takes no more and waits for what is in flight, its predecessor's first.</summary>
        public async Task DrainAsync(CancellationToken cancellationToken)
        {
            lock (engine.configurationGate)
            {
                closed = true;
            }

            using (cancellationToken.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), stopping))
            {
                await succession.ConfigureAwait(false);
            }

            try
            {
                await provider.DrainAsync(cancellationToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever it throws as it goes: neither its successor nor the end of the others may fail for it.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                engine.Log.ProviderStop(account.Name, fault);
            }
        }

        /// <summary>Ends it at once, and a predecessor that still settles.</summary>
        public async Task StopAsync()
        {
            lock (engine.configurationGate)
            {
                closed = true;
            }

            stopping.TrySetResult();
            await succession.ConfigureAwait(false);
            try
            {
                await provider.DisposeAsync().ConfigureAwait(false);
            }
#pragma warning disable CA1031 // As above.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                engine.Log.ProviderStop(account.Name, fault);
            }
        }

        private async Task SucceedAsync(RunningProvider before)
        {
            using var limit = new CancellationTokenSource(ProviderStopTime, engine.Time);
            try
            {
                Task drained = before.DrainAsync(limit.Token);
                if (await Task.WhenAny(drained, stopping.Task).ConfigureAwait(false) != drained)
                {
                    await limit.CancelAsync().ConfigureAwait(false);
                }

                await drained.ConfigureAwait(false);
                await before.StopAsync().ConfigureAwait(false);
            }
            finally
            {
                lock (engine.configurationGate)
                {
                    if (!closed)
                    {
                        provider.Start();
                    }
                }
            }
        }
    }
}
