using System.Collections.Frozen;

namespace Router.Core.Inbound;

/// <summary>What is answered to STOP, START and HELP where the tenant has no reply of its own. Each names the tenant and fits the GSM alphabet, so that it costs few segments.</summary>
public static class ReplyTexts
{
    private static readonly FrozenDictionary<string, Texts> ByLanguage = new Dictionary<string, Texts>
    {
        ["en"] = new(
            "You will get no more marketing messages. Reply START to get them again.", "You will get no more messages. Reply START to get them again.",
            "You will get messages again. Reply STOP to stop them.", "Reply STOP to stop messages, START to get them again."),
        ["it"] = new(
            "Non riceverai più messaggi pubblicitari. Rispondi START per riceverli di nuovo.", "Non riceverai più messaggi. Rispondi START per riceverli di nuovo.",
            "Riceverai di nuovo i messaggi. Rispondi STOP per fermarli.", "Rispondi STOP per fermare i messaggi, START per riceverli di nuovo."),
        ["de"] = new(
            "Sie erhalten keine Werbung mehr. Antworten Sie START, um sie wieder zu erhalten.", "Sie erhalten keine Nachrichten mehr. Antworten Sie START, um sie wieder zu erhalten.",
            "Sie erhalten wieder Nachrichten. Antworten Sie STOP, um sie abzubestellen.", "Antworten Sie STOP, um Nachrichten abzubestellen, START, um sie wieder zu erhalten."),
        ["fr"] = new(
            "Vous ne recevrez plus de publicité. Répondez START pour en recevoir à nouveau.", "Vous ne recevrez plus de messages. Répondez START pour en recevoir à nouveau.",
            "Vous recevrez à nouveau des messages. Répondez STOP pour ne plus en recevoir.", "Répondez STOP pour ne plus recevoir de messages, START pour en recevoir à nouveau."),
        ["es"] = new(
            "Ya no le enviamos publicidad. Responda START para recibirla de nuevo.", "Ya no le enviamos mensajes. Responda START para recibirlos de nuevo.",
            "De nuevo le enviamos mensajes. Responda STOP para detenerlos.", "Responda STOP para no recibir mensajes, START para volver a recibirlos."),
        ["pt"] = new(
            "Deixamos de enviar publicidade. Responda START para voltar a receber.", "Deixamos de enviar mensagens. Responda START para voltar a receber.",
            "Voltamos a enviar mensagens. Responda STOP para parar.", "Responda STOP para parar as mensagens, START para voltar a receber."),
        ["nl"] = new(
            "U ontvangt geen reclame meer. Antwoord START om die weer te ontvangen.", "U ontvangt geen berichten meer. Antwoord START om ze weer te ontvangen.",
            "U ontvangt weer berichten. Antwoord STOP om te stoppen.", "Antwoord STOP om te stoppen, START om weer berichten te ontvangen."),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Country codes (E.164) of which most people read one of the languages; the longest first.
    private static readonly (string Prefix, string Language)[] Countries =
    [
        ("+351", "pt"), ("+39", "it"), ("+49", "de"), ("+43", "de"), ("+33", "fr"), ("+34", "es"), ("+52", "es"), ("+54", "es"), ("+56", "es"), ("+57", "es"), ("+51", "es"), ("+55", "pt"), ("+31", "nl"),
    ];

    /// <summary>The text for <paramref name="action"/>.</summary>
    /// <param name="action">What was asked for; of <see cref="WordAction.Stop"/> that marketing was withdrawn.</param>
    /// <param name="language">The language of the word; empty: that of the number.</param>
    /// <param name="address">Canonical address of who asked.</param>
    /// <param name="tenant">The tenant's name.</param>
    public static string For(WordAction action, string language, ReadOnlySpan<char> address, string tenant)
    {
        Texts texts = ByLanguage[ByLanguage.ContainsKey(language) ? language : LanguageOf(address)];
        string text = action switch
        {
            WordAction.Stop => texts.Stopped,
            WordAction.StopAll => texts.StoppedAll,
            WordAction.Start => texts.Started,
            WordAction.Help => texts.Help,
            _ => throw new ArgumentOutOfRangeException(nameof(action), action, "nothing is answered"),
        };
        return $"{tenant}: {text}";
    }

    private static string LanguageOf(ReadOnlySpan<char> address)
    {
        foreach ((string prefix, string language) in Countries)
        {
            if (address.StartsWith(prefix, StringComparison.Ordinal))
            {
                return language;
            }
        }

        return "en";
    }

    private sealed record Texts(string Stopped, string StoppedAll, string Started, string Help);
}
