using System.Text.Json;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>Lines that tests of streams send, and their answers read.</summary>
internal static class Ndjson
{
    public const string MediaType = "application/x-ndjson";

    /// <summary>A message of its own address and text.</summary>
    public static string Line(int i) => TestDoor.Body($"sms:+39333{i:0000000}", $"text {i}");

    public static JsonElement[] Parse(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];

    /// <summary>The code of a refused line; null: it was accepted.</summary>
    public static string? CodeOf(JsonElement answer) => answer.TryGetProperty("problem", out JsonElement problem) ? problem.GetProperty("code").GetString() : null;

    /// <summary>The status of a refused line; null: it was accepted.</summary>
    public static int? StatusOf(JsonElement answer) => answer.TryGetProperty("problem", out JsonElement problem) ? problem.GetProperty("status").GetInt32() : null;

    /// <summary>Waits, without a pause, for what another thread is about to do.</summary>
    public static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
