using System.Text;

namespace Router.Providers.Smpp.Protocol;

/// <summary>A bind request (SMPP 3.4 §4.1) and the way to tell its response. Cold.</summary>
internal static class Bind
{
    /// <summary>SMPP 3.4 (§5.2.4).</summary>
    public const byte InterfaceVersion = 0x34;

    /// <summary>Longest system id without its NUL: the standard's 15 (§5.2.1) is exceeded by carriers.</summary>
    public const int SystemIdMax = 64;

    /// <summary>Longest password without its NUL: the standard's 8 (§5.2.2) is exceeded by most carriers.</summary>
    public const int PasswordMax = 64;

    /// <summary>Longest system type without its NUL (§5.2.3).</summary>
    public const int SystemTypeMax = 12;

    /// <summary>Longest address range without its NUL (§5.2.7).</summary>
    public const int AddressRangeMax = 40;

    /// <summary>Room that any request needs: header 16, the four texts with their NULs, three octets.</summary>
    public const int SizeMax = PduHeader.Size + SystemIdMax + PasswordMax + SystemTypeMax + AddressRangeMax + 4 + 3;

    /// <summary>Writes a bind of kind <paramref name="command"/>; returns its length.</summary>
    public static int Write(Command command, uint sequence, SmppSettings settings, Span<byte> destination)
    {
        var writer = new PduWriter(destination, command, Status.Ok, sequence);
        writer.CString(Encoding.ASCII.GetBytes(settings.SystemId));
        writer.CString(Encoding.ASCII.GetBytes(settings.Password));
        writer.CString(Encoding.ASCII.GetBytes(settings.SystemType));
        writer.Byte(InterfaceVersion);
        writer.Byte((byte)settings.AddressRangeTon);
        writer.Byte((byte)settings.AddressRangeNpi);
        writer.CString(Encoding.ASCII.GetBytes(settings.AddressRange));
        return writer.Finish();
    }

    /// <summary>The response's command.</summary>
    public static Command ResponseOf(Command command) => (Command)((uint)command | 0x8000_0000);
}
