using System.Text;

namespace Router.Bench;

/// <summary>Bodies that several benchmarks share.</summary>
internal static class SampleBodies
{
    /// <summary>A body of exactly 400 bytes with the fields that a shop sends: the size that DESIGN §7 aims with.</summary>
    public static byte[] Of400Bytes { get; } = Make(400);

    private static byte[] Make(int length)
    {
        const string Start = """{"to":"sms:+393331234567","from":"+390212345678","purpose":"transactional","priority":"normal","validitySeconds":86400,"reference":"order-4711-0815","metadata":{"campaign":"autumn","step":2},"content":{"type":"text","text":""" + "\"";
        const string End = "\"}}";
        const string Text = "Il tuo ordine e' in arrivo: lo trovi da domani alle 9 al punto di ritiro di via Roma 12. Mostra questo messaggio e un documento. A presto! ";
        int free = length - Start.Length - End.Length;
        string text = string.Concat(Enumerable.Repeat(Text, 3))[..free];
        return Encoding.UTF8.GetBytes(Start + text + End);
    }
}
