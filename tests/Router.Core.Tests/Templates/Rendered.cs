using System.Text;
using Router.Core.Messages;
using Router.Core.Templates;

namespace Router.Core.Tests.Templates;

/// <summary>What a template made of a message: its text, or why it is refused.</summary>
internal sealed record Rendered(string? Text, int Segments, BodyProblemCode Code, string Path, string Detail)
{
    public const long NowMs = 1_795_478_400_000; // 2026-11-24T00:00:00Z

    /// <summary>Renders one template with parameters (a JSON object) of a message to a channel's address.</summary>
    public static Rendered Of(string template, string parameters = "{}", string language = "en", string to = "sms:+393331234567") =>
        Of(TemplateSet.Of([new TemplateSettings("t", language, template)], TemplateSet.Empty), $$"""{"type":"template","name":"t","language":"{{language}}","parameters":{{parameters}}}""", to);

    /// <summary>Renders a content with a tenant's templates.</summary>
    public static Rendered Of(TemplateSet templates, string content, string to = "sms:+393331234567")
    {
        byte[] body = Encoding.UTF8.GetBytes($$"""{"to":"{{to}}","purpose":"service","content":{{content}}}""");
        byte[] scratch = new byte[MessageDecoder.ScratchBytes(body.Length)];
        bool ok = MessageDecoder.TryDecode(body, scratch, NowMs, out MessageBody message, out BodyProblem problem) && templates.TryRender(ref message, NowMs, out problem);
        return ok
            ? new Rendered(Encoding.UTF8.GetString(message.Text), message.Segments, default, "", "")
            : new Rendered(null, 0, problem.Code, problem.PathIn(body), problem.DetailFor(body));
    }
}
