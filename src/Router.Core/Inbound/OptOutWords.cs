using System.Collections.Frozen;

namespace Router.Core.Inbound;

/// <summary>
/// The words by which a person stops messages, starts them again or asks for help, in the languages that most people write (R2.3, R2.7; for +1 CTIA's Messaging Principles
/// and 47 CFR 64.1200(a)(10)). A text is one only if it is the word alone: <c>Stop!</c> is, <c>please stop by</c> is not. Case, accents and punctuation do not matter.
/// </summary>
public static class OptOutWords
{
    private static readonly FrozenDictionary<string, OptOutWord> Words = Make();

    /// <summary>What a folded text (<see cref="FoldedText"/>) asks for.</summary>
    public static OptOutWord Find(string folded) => Words.GetValueOrDefault(folded);

    // No YES and no CONTINUE for START: they answer questions. Words are folded as texts are, so that both go the same way whatever their script.
    private static FrozenDictionary<string, OptOutWord> Make()
    {
        var words = new Dictionary<string, OptOutWord>(StringComparer.Ordinal);

        // These mean the same everywhere, and no tenant's rule makes them mean less.
        Add("", WordAction.Stop, isUniversal: true, "stop", "stopp", "unsubscribe", "opt out", "optout");
        Add("", WordAction.StopAll, isUniversal: true, "stop all", "stopall");
        Add("", WordAction.Start, isUniversal: false, "start", "unstop");
        Add("", WordAction.Help, isUniversal: false, "help", "info");

        Add("en", WordAction.Stop, isUniversal: false, "end", "quit", "cancel", "revoke", "remove me");
        Add("it", WordAction.Stop, isUniversal: false, "basta", "disiscrivi", "disiscrivimi", "cancellami", "annulla");
        Add("it", WordAction.StopAll, isUniversal: false, "stop tutto", "stop a tutto", "basta tutto");
        Add("it", WordAction.Start, isUniversal: false, "riattiva", "inizia", "iscrivimi");
        Add("it", WordAction.Help, isUniversal: false, "aiuto");
        Add("de", WordAction.Stop, isUniversal: false, "abmelden", "abbestellen", "austragen", "kündigen");
        Add("de", WordAction.StopAll, isUniversal: false, "stop alles", "stopp alles", "stop alle", "stopp alle");
        Add("de", WordAction.Start, isUniversal: false, "anmelden", "starten");
        Add("de", WordAction.Help, isUniversal: false, "hilfe");
        Add("fr", WordAction.Stop, isUniversal: false, "arrêt", "arrêter", "arrêtez", "désabonner", "désinscrire", "désinscription");
        Add("fr", WordAction.StopAll, isUniversal: false, "stop tout", "arrêt tout", "arrêter tout");
        Add("fr", WordAction.Start, isUniversal: false, "reprendre", "démarrer");
        Add("fr", WordAction.Help, isUniversal: false, "aide");
        Add("es", WordAction.Stop, isUniversal: false, "alto", "baja", "parar", "detener", "cancelar", "dar de baja");
        Add("es", WordAction.StopAll, isUniversal: false, "stop todo", "parar todo", "alto todo");
        Add("es", WordAction.Start, isUniversal: false, "comenzar", "empezar", "iniciar");
        Add("es", WordAction.Help, isUniversal: false, "ayuda");
        Add("pt", WordAction.Stop, isUniversal: false, "pare", "sair", "remover", "descadastrar");
        Add("pt", WordAction.StopAll, isUniversal: false, "stop tudo", "parar tudo", "pare tudo");
        Add("pt", WordAction.Start, isUniversal: false, "começar");
        Add("pt", WordAction.Help, isUniversal: false, "ajuda");
        Add("nl", WordAction.Stop, isUniversal: false, "afmelden", "uitschrijven");
        Add("nl", WordAction.Start, isUniversal: false, "aanmelden");
        Add("nl", WordAction.Help, isUniversal: false, "hulp");

        // Languages without texts of their own here are answered in the language of the number, else in English.
        Add("", WordAction.Stop, isUniversal: false, "rezygnuję", "wypisz", "avsluta", "avregistrera", "avslutt", "afmeld", "lopeta", "dur", "iptal", "стоп", "отписаться", "отмена",
            "στοπ", "توقف", "قف", "إيقاف", "הסר", "停止", "退订", "退訂", "配信停止", "수신거부", "रोकें", "बंद");
        Add("", WordAction.Help, isUniversal: false, "pomoc", "hjälp", "hjelp", "hjælp", "apua", "yardım", "помощь", "βοηθεια", "مساعدة", "עזרה", "帮助", "ヘルプ", "도움말", "मदद");
        Add("", WordAction.Start, isUniversal: false, "старт");
        return words.ToFrozenDictionary(StringComparer.Ordinal);

        void Add(string language, WordAction action, bool isUniversal, params ReadOnlySpan<string> some)
        {
            foreach (string word in some)
            {
                words.Add(FoldedText.Of(word), new OptOutWord(action, language, isUniversal));
            }
        }
    }
}
