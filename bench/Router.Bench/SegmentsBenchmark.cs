using System.Text;
using BenchmarkDotNet.Attributes;
using Router.Core.Segments;

namespace Router.Bench;

/// <summary>Measures and writes the segments of texts of each kind. Baseline: a bare loop over a text of 160 ASCII characters.</summary>
[MemoryDiagnoser]
public class SegmentsBenchmark : IGate
{
    private readonly byte[] _ascii = Encoding.UTF8.GetBytes(Repeat("Il tuo ordine è in arrivo @ via Roma 12_b. ".Replace('è', 'e'), 160));
    private readonly byte[] _accents = Encoding.UTF8.GetBytes(Repeat("Perché no? È già qui, costa 5€ [più IVA]. ", 150));
    private readonly byte[] _cyrillic = Encoding.UTF8.GetBytes(Repeat("Ваш заказ уже в пути, ждём вас завтра. ", 140));
    private readonly byte[] _data = new byte[SmsText.SegmentBytesMax];

    public string Name => "segments: measure and write 3 texts";

    public double BudgetBytes => 0;

    public void Run()
    {
        Ascii160();
        GsmAccents150();
        Cyrillic140();
    }

    [Benchmark(Baseline = true)]
    public int BareLoop160()
    {
        int sum = 0;
        foreach (byte b in _ascii)
        {
            sum += b;
        }

        return sum;
    }

    [Benchmark]
    public int MeasureAscii160() => SmsText.Measure(_ascii, out _);

    [Benchmark]
    public int MeasureCyrillic140() => SmsText.Measure(_cyrillic, out _);

    [Benchmark]
    public int Ascii160() => Write(_ascii);

    [Benchmark]
    public int GsmAccents150() => Write(_accents);

    [Benchmark]
    public int Cyrillic140() => Write(_cyrillic);

    private int Write(byte[] text)
    {
        var segments = new SmsSegmenter(text);
        int written = 0;
        while (segments.MoveNext())
        {
            written += segments.Write(7, _data);
        }

        return written;
    }

    private static string Repeat(string text, int length) => string.Concat(Enumerable.Repeat(text, (length / text.Length) + 1))[..length];
}
