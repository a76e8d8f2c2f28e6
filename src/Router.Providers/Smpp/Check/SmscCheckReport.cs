using System.Globalization;
using System.Text;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp.Check;

/// <summary>What a check tells as it happens: a line each step, with the time since it began; of an answer what its status means and how long it took. Any thread.</summary>
internal sealed class SmscCheckReport(TextWriter output, TimeProvider time)
{
    private readonly TextWriter output = TextWriter.Synchronized(output);
    private readonly Lock gate = new();
    private readonly Dictionary<uint, long> written = [];

    /// <summary>When it began, in the clock's ticks.</summary>
    internal long Begun { get; } = time.GetTimestamp();

    internal void Wrote(Command command, uint sequence, string words)
    {
        lock (gate)
        {
            written[sequence] = time.GetTimestamp();
        }

        Say($"-> {WireWords.Of(command)} {sequence.ToString(CultureInfo.InvariantCulture)}{(words.Length > 0 ? ": " : "")}{words}");
    }

    internal void Read(PduHeader header, string words)
    {
        string answer = "";
        if (header.Command >= Command.GenericNack)
        {
            lock (gate)
            {
                answer = written.TryGetValue(header.Sequence, out long at)
                    ? string.Create(CultureInfo.InvariantCulture, $", {WireWords.Of(header.Status)}, after {time.GetElapsedTime(at).TotalMilliseconds:0.#} ms")
                    : $", {WireWords.Of(header.Status)}";
            }
        }

        Say($"<- {WireWords.Of(header.Command)} {header.Sequence.ToString(CultureInfo.InvariantCulture)}{answer}{(words.Length > 0 ? ": " : "")}{words}");
    }

    internal void Say(string line) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(Begun).TotalMilliseconds,8:0.0} ms {line}"));

    /// <summary>What a carrier wrote, with all but printable ASCII as <c>?</c>.</summary>
    internal static string Quoted(ReadOnlySpan<byte> text) => $"\"{string.Concat(Encoding.Latin1.GetString(text).Select(static c => c is >= ' ' and <= '~' ? c : '?'))}\"";
}
