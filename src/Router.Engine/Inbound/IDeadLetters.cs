using Router.Engine.Journal;

namespace Router.Engine.Inbound;

/// <summary>Tries dead letters again: messages from end users for which nobody was found.</summary>
public interface IDeadLetters
{
    /// <summary>
    /// Finds out whose <paramref name="letter"/> is now and keeps it there, once however often it is asked within 24 h; then the letter is done with. False: nobody's, or not kept.
    /// </summary>
    ValueTask<bool> ReplayAsync(StoredMessage letter);

    /// <summary>Says that <paramref name="letter"/> is done with: what it held is kept elsewhere. False: that could not be kept.</summary>
    ValueTask<bool> EndAsync(StoredMessage letter);
}
