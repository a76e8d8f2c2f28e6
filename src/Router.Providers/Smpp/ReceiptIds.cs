using Router.Engine.Providers;
using Router.Engine.Sealing;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp;

/// <summary>Keys of carriers' message ids: one for a response, up to three readings for a receipt (<see cref="IdForm"/>).</summary>
/// <remarks>Hot path, 0 B.</remarks>
internal sealed class ReceiptIds(int provider, IdForm form, IKeyedHash hash)
{
    /// <summary>The key of the id in a response; 0 when it names none, so that no receipt is awaited.</summary>
    public ulong OfResponse(ReadOnlySpan<byte> id)
    {
        Span<byte> literal = stackalloc byte[MessageIdText.SizeMax];
        return Key(literal[..MessageIdText.Literal(id, literal)]);
    }

    /// <summary>Sets the keys of the id in a receipt.</summary>
    public void OfReceipt(ReadOnlySpan<byte> id, ref Receipt receipt)
    {
        Span<byte> literal = stackalloc byte[MessageIdText.SizeMax];
        Span<byte> reading = stackalloc byte[MessageIdText.SizeMax];
        literal = literal[..MessageIdText.Literal(id, literal)];
        receipt.ReceiptKey = Key(literal);
        ulong decimalKey = form == IdForm.Dec ? 0 : Key(reading[..MessageIdText.HexToDecimal(literal, reading)]);
        ulong hexKey = form == IdForm.Hex ? 0 : Key(reading[..MessageIdText.DecimalToHex(literal, reading)]);
        receipt.SecondKey = decimalKey != 0 ? decimalKey : hexKey;
        receipt.ThirdKey = decimalKey != 0 ? hexKey : 0;
    }

    private ulong Key(ReadOnlySpan<byte> canonical) => canonical.IsEmpty ? 0 : hash.ReceiptKey(provider, canonical);
}
