using System.Text;
using Router.Core.Inbound;

namespace Router.Core.Tests.Inbound;

public sealed class OptOutWordsTests
{
    [Theory]
    [InlineData("STOP", WordAction.Stop)]
    [InlineData("stop", WordAction.Stop)]
    [InlineData(" Stop. ", WordAction.Stop)]
    [InlineData("\"STOP!!\"", WordAction.Stop)]
    [InlineData("stop 🛑", WordAction.Stop)]
    [InlineData("ＳＴＯＰ", WordAction.Stop)]
    [InlineData("Stopp", WordAction.Stop)]
    [InlineData("Arrêt", WordAction.Stop)]
    [InlineData("ARRET", WordAction.Stop)]
    [InlineData("desabonner", WordAction.Stop)]
    [InlineData("de\u0301sabonner", WordAction.Stop)]
    [InlineData("Baja", WordAction.Stop)]
    [InlineData("opt-out", WordAction.Stop)]
    [InlineData("стоп", WordAction.Stop)]
    [InlineData("ΣΤΟΠ", WordAction.Stop)]
    [InlineData("στοπ", WordAction.Stop)]
    [InlineData("İptal", WordAction.Stop)]
    [InlineData("退订", WordAction.Stop)]
    [InlineData("إيقاف", WordAction.Stop)]
    [InlineData("रोकें", WordAction.Stop)]
    [InlineData("STOP ALL", WordAction.StopAll)]
    [InlineData("stop-all", WordAction.StopAll)]
    [InlineData("StopAll.", WordAction.StopAll)]
    [InlineData("stop  tutto", WordAction.StopAll)]
    [InlineData("START", WordAction.Start)]
    [InlineData("unstop", WordAction.Start)]
    [InlineData("Help?", WordAction.Help)]
    [InlineData("info", WordAction.Help)]
    [InlineData("hjælp", WordAction.Help)]
    [InlineData("please stop", WordAction.None)]
    [InlineData("stop by tomorrow", WordAction.None)]
    [InlineData("stop it", WordAction.None)]
    [InlineData("nonstop", WordAction.None)]
    [InlineData("s t o p", WordAction.None)]
    [InlineData("yes", WordAction.None)]
    [InlineData("", WordAction.None)]
    [InlineData("!?", WordAction.None)]
    public void A_word_is_one_only_when_it_stands_alone(string text, WordAction action)
    {
        Assert.Equal(action, OptOutWords.Find(FoldedText.Of(text)).Action);
        Assert.Equal(action, OptOutWords.Find(FoldedText.Of(Encoding.UTF8.GetBytes(text))).Action);
    }

    [Fact]
    public void Any_text_folds_into_words_with_single_blanks_and_folds_again_into_itself()
    {
        Random random = FuzzSeed.Start("folded text", out int seed);
        for (int round = 0; round < 20_000; round++)
        {
            char[] text = new char[random.Next(40)];
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = random.Next(3) == 0 ? (char)random.Next(0x10000) : (char)random.Next(0x80); // lone surrogates among them
            }

            string folded = FoldedText.Of(text);
            Assert.True(!folded.Contains("  ", StringComparison.Ordinal) && folded == folded.Trim(), $"seed {seed}: '{folded}'");
            Assert.True(FoldedText.Of(folded) == folded, $"seed {seed}: '{folded}' folds into '{FoldedText.Of(folded)}'");
        }
    }
}
