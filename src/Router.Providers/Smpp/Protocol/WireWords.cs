using System.Globalization;

namespace Router.Providers.Smpp.Protocol;

/// <summary>The standard's own words for commands (SMPP 3.4 §5.1.2.1), statuses (§5.1.3) and states (§5.2.28), for people. Cold.</summary>
internal static class WireWords
{
    private static readonly Dictionary<uint, (string Name, string Words)> Statuses = new()
    {
        [0x00] = ("ESME_ROK", "no error"),
        [0x01] = ("ESME_RINVMSGLEN", "message length is invalid"),
        [0x02] = ("ESME_RINVCMDLEN", "command length is invalid"),
        [0x03] = ("ESME_RINVCMDID", "invalid command id"),
        [0x04] = ("ESME_RINVBNDSTS", "not allowed in this bind's state: sending over a receiver, or before the bind"),
        [0x05] = ("ESME_RALYBND", "already bound: as many binds as the account may have"),
        [0x06] = ("ESME_RINVPRTFLG", "invalid priority flag"),
        [0x07] = ("ESME_RINVREGDLVFLG", "invalid registered delivery flag"),
        [0x08] = ("ESME_RSYSERR", "system error of the carrier's"),
        [0x0A] = ("ESME_RINVSRCADR", "invalid source address: the account may not use this sender, or its type of number is wrong"),
        [0x0B] = ("ESME_RINVDSTADR", "invalid destination address"),
        [0x0C] = ("ESME_RINVMSGID", "message id is invalid"),
        [0x0D] = ("ESME_RBINDFAIL", "bind failed: system id, password, system type or kind of bind, or too many binds"),
        [0x0E] = ("ESME_RINVPASWD", "invalid password"),
        [0x0F] = ("ESME_RINVSYSID", "invalid system id"),
        [0x11] = ("ESME_RCANCELFAIL", "cancel failed"),
        [0x13] = ("ESME_RREPLACEFAIL", "replace failed"),
        [0x14] = ("ESME_RMSGQFUL", "message queue full: slow down"),
        [0x15] = ("ESME_RINVSERTYP", "invalid service type"),
        [0x33] = ("ESME_RINVNUMDESTS", "invalid number of destinations"),
        [0x34] = ("ESME_RINVDLNAME", "invalid distribution list"),
        [0x40] = ("ESME_RINVDESTFLAG", "invalid destination flag"),
        [0x42] = ("ESME_RINVSUBREP", "replacing is not supported"),
        [0x43] = ("ESME_RINVESMCLASS", "invalid esm_class"),
        [0x44] = ("ESME_RCNTSUBDL", "cannot submit to a distribution list"),
        [0x45] = ("ESME_RSUBMITFAIL", "submit failed: often no route, no credit, or a sender that is not registered"),
        [0x48] = ("ESME_RINVSRCTON", "invalid type of number of the source"),
        [0x49] = ("ESME_RINVSRCNPI", "invalid numbering plan of the source"),
        [0x50] = ("ESME_RINVDSTTON", "invalid type of number of the destination"),
        [0x51] = ("ESME_RINVDSTNPI", "invalid numbering plan of the destination"),
        [0x53] = ("ESME_RINVSYSTYP", "invalid system type"),
        [0x54] = ("ESME_RINVREPFLAG", "invalid replace flag"),
        [0x55] = ("ESME_RINVNUMMSGS", "invalid number of messages"),
        [0x58] = ("ESME_RTHROTTLED", "throttled: the account's rate is exceeded"),
        [0x61] = ("ESME_RINVSCHED", "invalid scheduled delivery time"),
        [0x62] = ("ESME_RINVEXPIRY", "invalid validity period"),
        [0x63] = ("ESME_RINVDFTMSGID", "predefined message is invalid or not found"),
        [0x64] = ("ESME_RX_T_APPN", "receiver has an error that passes"),
        [0x65] = ("ESME_RX_P_APPN", "receiver has an error that does not pass"),
        [0x66] = ("ESME_RX_R_APPN", "receiver refuses the message"),
        [0x67] = ("ESME_RQUERYFAIL", "query failed"),
        [0xC0] = ("ESME_RINVOPTPARSTREAM", "error in the optional part of the PDU"),
        [0xC1] = ("ESME_ROPTPARNOTALLWD", "an optional parameter is not allowed"),
        [0xC2] = ("ESME_RINVPARLEN", "invalid length of a parameter"),
        [0xC3] = ("ESME_RMISSINGOPTPARAM", "an expected optional parameter is missing"),
        [0xC4] = ("ESME_RINVOPTPARAMVAL", "invalid value of an optional parameter"),
        [0xFE] = ("ESME_RDELIVERYFAILURE", "delivery failure"),
        [0xFF] = ("ESME_RUNKNOWNERR", "unknown error"),
    };

    /// <summary>A status with its name and meaning.</summary>
    public static string Of(uint status) => string.Create(
        CultureInfo.InvariantCulture,
        $"0x{status:x8} {(Statuses.TryGetValue(status, out (string Name, string Words) known) ? $"{known.Name}, {known.Words}" : status >= 0x400 ? "the carrier's own: see its list" : "not in the standard")}");

    /// <summary>A command's name.</summary>
    public static string Of(Command command)
    {
        string name = (Command)((uint)command & 0x7FFF_FFFF) switch
        {
            0 => "generic_nack",
            Command.BindReceiver => "bind_receiver",
            Command.BindTransmitter => "bind_transmitter",
            Command.BindTransceiver => "bind_transceiver",
            Command.SubmitSm => "submit_sm",
            Command.DeliverSm => "deliver_sm",
            Command.DataSm => "data_sm",
            Command.Unbind => "unbind",
            Command.Outbind => "outbind",
            Command.EnquireLink => "enquire_link",
            Command.AlertNotification => "alert_notification",
            _ => string.Create(CultureInfo.InvariantCulture, $"command 0x{(uint)command:x8}"),
        };
        return command > Command.GenericNack && name[0] != 'c' ? name + "_resp" : name;
    }

    /// <summary>A version of the interface, such as 3.4.</summary>
    public static string Version(byte version) => string.Create(CultureInfo.InvariantCulture, $"{version >> 4}.{version & 0xF}");
}
