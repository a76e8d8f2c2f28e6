using System.Text;

namespace Router.Providers.Smpp.Protocol;

/// <summary>
/// Reads the text of a receipt (SMPP 3.4 appendix B): <c>id:… sub:… dlvrd:… submit date:… done date:… stat:DELIVRD err:… text:…</c>, in any order and case, with fields
/// missing or unknown ones between. Reading ends at <c>text:</c>, behind which stands what a sender wrote.
/// </summary>
/// <remarks>Hot path, 0 B.</remarks>
internal static class ReceiptText
{
    /// <summary>Finds id, state and error code; each is empty where it is missing.</summary>
    public static void Read(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> id, out ReadOnlySpan<byte> state, out ReadOnlySpan<byte> error)
    {
        id = default;
        state = default;
        error = default;
        while (TryField(ref text, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) && !Ascii.EqualsIgnoreCase(key, "text"u8))
        {
            if (id.IsEmpty && Ascii.EqualsIgnoreCase(key, "id"u8))
            {
                id = value;
            }
            else if (state.IsEmpty && Ascii.EqualsIgnoreCase(key, "stat"u8))
            {
                state = value;
            }
            else if (error.IsEmpty && Ascii.EqualsIgnoreCase(key, "err"u8))
            {
                error = value;
            }
        }
    }

    /// <summary>The state's number (§5.2.28) of its word in a text; 0: not one of them. Carriers cut words to seven letters or write them whole.</summary>
    public static MessageState StateOf(ReadOnlySpan<byte> word) =>
        Begins(word, "DELIV"u8) ? MessageState.Delivered
        : Begins(word, "EXPIR"u8) ? MessageState.Expired
        : Begins(word, "DELET"u8) ? MessageState.Deleted
        : Begins(word, "UNDEL"u8) ? MessageState.Undeliverable
        : Begins(word, "ACCEP"u8) ? MessageState.Accepted
        : Begins(word, "UNKNO"u8) ? MessageState.Unknown
        : Begins(word, "REJEC"u8) ? MessageState.Rejected
        : Begins(word, "ENROU"u8) ? MessageState.EnRoute
        : MessageState.None;

    // A field is a word with a colon in it; a word without one is a part of a two-word key ("submit date") and is passed over. "id: 5" has its value in the next word.
    private static bool TryField(scoped ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        key = default;
        value = default;
        while (TryWord(ref text, out ReadOnlySpan<byte> word))
        {
            int colon = word.IndexOf((byte)':');
            if (colon < 0)
            {
                continue;
            }

            key = word[..colon];
            value = word[(colon + 1)..];
            ReadOnlySpan<byte> behind = text;
            if (value.IsEmpty && TryWord(ref behind, out ReadOnlySpan<byte> next) && !next.Contains((byte)':'))
            {
                value = next;
                text = behind;
            }

            return true;
        }

        return false;
    }

    private static bool TryWord(scoped ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> word)
    {
        const byte space = (byte)' ';
        int start = text.IndexOfAnyExceptInRange((byte)0, space);
        if (start < 0)
        {
            word = default;
            return false;
        }

        text = text[start..];
        int end = text.IndexOfAnyInRange((byte)0, space);
        end = end < 0 ? text.Length : end;
        word = text[..end];
        text = text[end..];
        return true;
    }

    private static bool Begins(ReadOnlySpan<byte> word, ReadOnlySpan<byte> start) => word.Length >= start.Length && Ascii.EqualsIgnoreCase(word[..start.Length], start);
}
