using Router.Core.Messages;
using Router.Core.Segments;

namespace Router.Core.Tests.Messages;

/// <summary>What the decoder made of a body, copied out of its spans, so that two can be compared.</summary>
internal sealed record Decoded(
    bool Ok, BodyProblemCode Code, string Path, string Detail, Channel Channel, string To, string From, Purpose Purpose, Priority Priority, string Text,
    int ValiditySeconds, long NotBeforeMs, string Reference, string Metadata, int Segments, SmsEncoding Encoding, string Content,
    string Template, uint Region = 0, Decoded? Fallback = null, int AfterSeconds = 0)
{
    /// <summary>2026-11-24T00:00:00Z.</summary>
    public const long NowMs = 1_795_478_400_000;

    private const int GuardLength = 32;

    public static Decoded Of(string body) => Of(System.Text.Encoding.UTF8.GetBytes(body));

    public static Decoded Of(ReadOnlySpan<byte> body) => Of(body, (byte)' ');

    /// <summary>Decodes with <paramref name="guard"/> bytes on both sides of the body and scratch no longer than it must be; fails when the guards of the scratch were written to.</summary>
    public static Decoded Of(ReadOnlySpan<byte> body, byte guard)
    {
        byte[] input = new byte[body.Length + (2 * GuardLength)];
        input.AsSpan().Fill(guard);
        body.CopyTo(input.AsSpan(GuardLength));
        int scratchLength = MessageDecoder.ScratchBytes(body.Length);
        byte[] scratch = new byte[scratchLength + (2 * GuardLength)];
        scratch.AsSpan().Fill(guard);

        Decoded decoded = Decode(input.AsSpan(GuardLength, body.Length), scratch.AsSpan(GuardLength, scratchLength));

        Assert.False(scratch.AsSpan(0, GuardLength).ContainsAnyExcept(guard), "wrote before the scratch");
        Assert.False(scratch.AsSpan(GuardLength + scratchLength).ContainsAnyExcept(guard), "wrote after the scratch");
        return decoded;
    }

    private static Decoded Decode(ReadOnlySpan<byte> body, Span<byte> scratch)
    {
        bool ok = MessageDecoder.TryDecode(body, scratch, NowMs, out MessageBody message, out MessageBody fallback, out BodyProblem problem);
        Assert.Equal(ok, problem.Code == BodyProblemCode.None);
        return ok
            ? Of(message) with { Fallback = message.HasFallback ? Of(fallback) : null, AfterSeconds = message.FallbackAfterSeconds }
            : new Decoded(false, problem.Code, problem.PathIn(body), problem.DetailFor(body), default, "", "", default, default, "", 0, 0, "", "", 0, default, "", "");
    }

    private static Decoded Of(scoped in MessageBody message) => new(
        true, BodyProblemCode.None, "", "", message.Channel, Copy(message.To), Copy(message.From), message.Purpose, message.Priority, Copy(message.Text),
        message.ValiditySeconds, message.NotBeforeMs, Copy(message.Reference), Copy(message.Metadata), message.Segments, message.Encoding,
        Copy(message.Content), Special(message), message.Region);

    public static string Special(scoped in MessageBody message) => message.ContentType switch
    {
        ContentType.Text => "",
        ContentType.Media => "media",
        _ => string.Join('\u0002', Copy(message.TemplateName), Copy(message.TemplateLanguage), Copy(message.TemplateParameters)),
    };

    private static string Copy(ReadOnlySpan<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8);
}
