namespace Router.FrontDoor.Webhooks;

/// <summary>
/// The posts that webhooks of this silo share (<see cref="WebhookTimes.SharedPosts"/>). Every webhook has one of its own, which nobody can take; a second and further ones come
/// from here, so that receivers that hang slow each other down at worst to one post at a time. Any thread.
/// </summary>
internal sealed class WebhookSlots(WebhookTimes times)
{
    private int left = times.SharedPosts;

    /// <summary>Takes one; false: none is left, and the caller goes on with its own.</summary>
    internal bool TryTake()
    {
        if (Interlocked.Decrement(ref left) >= 0)
        {
            return true;
        }

        Give();
        return false;
    }

    /// <summary>Gives one back.</summary>
    internal void Give() => Interlocked.Increment(ref left);
}
