namespace Router.Grains.Webhooks;

/// <summary>
/// The list of all webhooks (key 0), so that each silo knows which to wake: names only, by tenant. A name stands here before its webhook is kept and until after it was forgotten;
/// one without a webhook is harmless. A webhook's own grain puts its name here and takes it off, in its turns.
/// </summary>
internal interface IWebhookListGrain : IGrainWithIntegerKey
{
    /// <summary>The number of a webhook's name, given now if it is new; 0: the tenant has as many as it may, or has ended.</summary>
    Task<int> AddAsync(int tenant, string name);

    /// <summary>Forgets a name.</summary>
    Task RemoveAsync(int tenant, string name);

    /// <summary>Names of a tenant's webhooks.</summary>
    ValueTask<string[]> OfAsync(int tenant);

    /// <summary>The whole list for a silo that holds <paramref name="version"/>; null: it is the newest.</summary>
    [ResponseTimeout("00:00:10")]
    ValueTask<WebhookList?> ReadAsync(long version);
}
