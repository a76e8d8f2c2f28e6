using Router.Grains.Webhooks;

namespace Router.Grains.Tests;

/// <summary>Holds calls between a silo's grains before they are sent, by the name of their method.</summary>
internal sealed class HeldCalls
{
    private readonly TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource underWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The method of <see cref="IWebhookListGrain"/> whose calls are held; null: none.</summary>
    public string? Held { get; set; }

    /// <summary>The method of <see cref="IWebhookGrain"/> that <see cref="IsUnderWay"/> waits for.</summary>
    public string? Awaited { get; set; }

    /// <summary>A call is held.</summary>
    public Task IsHeld => held.Task;

    /// <summary>The call that is awaited was sent.</summary>
    public Task IsUnderWay => underWay.Task;

    /// <summary>What is held goes on, and nothing more is held.</summary>
    public void Release() => released.TrySetResult();

    public void AddTo(ISiloBuilder silo) => silo.AddOutgoingGrainCallFilter(async context =>
    {
        if (context.InterfaceMethod.DeclaringType == typeof(IWebhookListGrain) && context.InterfaceMethod.Name == Held)
        {
            held.TrySetResult();
            await released.Task;
        }

        Task call = context.Invoke();
        if (context.InterfaceMethod.DeclaringType == typeof(IWebhookGrain) && context.InterfaceMethod.Name == Awaited)
        {
            underWay.TrySetResult();
        }

        await call;
    });
}
