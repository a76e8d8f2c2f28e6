using System.Text;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Sqlite;
using Router.Testing;

namespace Router.Storage.Tests.Sqlite;

/// <summary>DESIGN §8: no file shows a text, an address or a secret.</summary>
public sealed class KeptBytesTests : IAsyncDisposable
{
    private readonly DataFolder folder = new();

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Fact]
    public async Task No_file_holds_a_text_or_an_address()
    {
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        for (int i = 0; i < 200; i++)
        {
            AcceptedMessage message = driver.Accept("the plaintext nobody may see", "+393335550100", with: m => m.WithKey((ulong)i));
            driver.Part.Entries.Add(Some.Status(message, MessageStatus.Sent, provider: 1, receiptKey: (ulong)i + 1));
        }

        await driver.KeepAsync();
        AssertHidden("plaintext", "393335550100");
        await store.SweepAsync();
        AssertHidden("plaintext", "393335550100");
        await folder.CloseAsync();
        AssertHidden("plaintext", "393335550100");
    }

    private void AssertHidden(params string[] words)
    {
        string[] files = Directory.GetFiles(folder.Path);
        Assert.Contains(files, static f => f.EndsWith("journal.db", StringComparison.Ordinal));
        foreach (string file in files.Where(static f => !f.EndsWith("router.lock", StringComparison.Ordinal)))
        {
            using FileStream open = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using MemoryStream bytes = new();
            open.CopyTo(bytes);
            Assert.All(words, word => Assert.Equal(-1, bytes.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(word))));
        }
    }
}
