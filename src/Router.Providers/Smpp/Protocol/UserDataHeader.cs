using System.Buffers.Binary;

namespace Router.Providers.Smpp.Protocol;

/// <summary>What Router reads of a user data header (3GPP TS 23.040 §9.2.3.24): which part of a long message it is, and the national alphabets used.</summary>
internal struct UserDataHeader
{
    private const byte Concatenation8 = 0x00;
    private const byte Concatenation16 = 0x08;
    private const byte SingleShift = 0x24;
    private const byte LockingShift = 0x25;

    /// <summary>Parts of the message; 0 or 1: it is whole.</summary>
    public byte Parts;

    /// <summary>This part, from 1.</summary>
    public byte Part;

    /// <summary>The reference that the parts share.</summary>
    public ushort Reference;

    /// <summary>Language of the locking shift table; 0: none.</summary>
    public byte LockingLanguage;

    /// <summary>Language of the single shift table; 0: none.</summary>
    public byte SingleLanguage;

    /// <summary>Reads the header that <paramref name="userData"/> begins with and leaves what is behind it; false when it is longer than the data. Elements that are not right are passed over.</summary>
    public bool TryRead(ref ReadOnlySpan<byte> userData)
    {
        if (userData.IsEmpty || userData[0] >= userData.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> elements = userData.Slice(1, userData[0]);
        userData = userData[(elements.Length + 1)..];
        while (elements.Length >= 2 && elements[1] <= elements.Length - 2)
        {
            Take(elements[0], elements.Slice(2, elements[1]));
            elements = elements[(elements[1] + 2)..];
        }

        return true;
    }

    /// <summary>Takes over that it is part <paramref name="part"/> of <paramref name="parts"/>; what cannot be (§9.2.3.24.1: zero, or beyond the last) is as if not said.</summary>
    public void SetPart(ushort reference, byte parts, byte part)
    {
        if (part >= 1 && part <= parts)
        {
            (Reference, Parts, Part) = (reference, parts, part);
        }
    }

    private void Take(byte element, ReadOnlySpan<byte> value)
    {
        switch (element)
        {
            case Concatenation8 when value.Length == 3:
                SetPart(value[0], value[1], value[2]);
                break;
            case Concatenation16 when value.Length == 4:
                SetPart(BinaryPrimitives.ReadUInt16BigEndian(value), value[2], value[3]);
                break;
            case SingleShift when value.Length == 1:
                SingleLanguage = value[0];
                break;
            case LockingShift when value.Length == 1:
                LockingLanguage = value[0];
                break;
            default:
                break; // ports, icons, formatting: the text stands without them
        }
    }
}
