using System.Text;

namespace Router.Bench;

/// <summary>Bodies that several benchmarks share.</summary>
internal static class SampleBodies
{
    private const string Text = "Il tuo ordine e' in arrivo: lo trovi da domani alle 9 al punto di ritiro di via Roma 12. Mostra questo messaggio e un documento. A presto! ";

    /// <summary>A body of exactly 400 bytes with the fields that a shop sends: the size that DESIGN §7 aims with. Its text of 173 characters makes two segments.</summary>
    public static byte[] Of400Bytes { get; } = Make("autumn", 173);

    /// <summary>The same with more metadata and a text of 140 characters: one segment.</summary>
    public static byte[] Of400BytesOneSegment { get; } = Make("autumn-newsletter-of-the-shops-in-italy", 140);

    private static byte[] Make(string campaign, int textLength)
    {
        string text = string.Concat(Enumerable.Repeat(Text, 2))[..textLength];
        byte[] body = Encoding.UTF8.GetBytes(
            $$$"""{"to":"sms:+393331234567","from":"+390212345678","purpose":"transactional","priority":"normal","validitySeconds":86400,"reference":"order-4711-0815","metadata":{"campaign":"{{{campaign}}}","step":2},"content":{"type":"text","text":"{{{text}}}"}}""");
        return body.Length == 400 ? body : throw new InvalidOperationException($"the body has {body.Length} bytes");
    }
}
