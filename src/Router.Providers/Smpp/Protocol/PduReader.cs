namespace Router.Providers.Smpp.Protocol;

/// <summary>Reads the fields of a PDU's body in order. Never reads past its end: a field that is not there leaves <see cref="Ok"/> false and reads as empty.</summary>
/// <remarks>Hot path, 0 B.</remarks>
internal ref struct PduReader(ReadOnlySpan<byte> body)
{
    /// <summary>What is not read yet.</summary>
    public ReadOnlySpan<byte> Rest { get; private set; } = body;

    /// <summary>Whether all fields so far were there and within their bounds.</summary>
    public bool Ok { get; private set; } = true;

    /// <summary>One octet.</summary>
    public byte Byte()
    {
        if (!Ok || Rest.IsEmpty)
        {
            Ok = false;
            return 0;
        }

        byte value = Rest[0];
        Rest = Rest[1..];
        return value;
    }

    /// <summary>Exactly <paramref name="length"/> octets.</summary>
    public ReadOnlySpan<byte> Octets(int length)
    {
        if (!Ok || Rest.Length < length)
        {
            Ok = false;
            return default;
        }

        ReadOnlySpan<byte> value = Rest[..length];
        Rest = Rest[length..];
        return value;
    }

    /// <summary>A C-octet string (SMPP 3.4 §3.1) of at most <paramref name="sizeMax"/> octets with its NUL; the value is without it.</summary>
    public ReadOnlySpan<byte> CString(int sizeMax)
    {
        ReadOnlySpan<byte> window = Rest.Length > sizeMax ? Rest[..sizeMax] : Rest;
        int end = Ok ? window.IndexOf((byte)0) : -1;
        if (end < 0)
        {
            Ok = false;
            return default;
        }

        Rest = Rest[(end + 1)..];
        return window[..end];
    }
}
