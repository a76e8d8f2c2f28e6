using Router.Core.Tenants;
using Router.Providers.Settings;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp;

/// <summary>How the id in a receipt is read.</summary>
public enum IdForm : byte
{
    /// <summary>As it stands, then as hexadecimal of a decimal id, then as decimal of a hexadecimal id.</summary>
    Auto = 0,

    /// <summary>As it stands, then as the hexadecimal form of the decimal id in the response.</summary>
    Hex = 1,

    /// <summary>As it stands, then as the decimal form of the hexadecimal id in the response.</summary>
    Dec = 2,
}

/// <summary>Settings of an SMPP account (DESIGN §6).</summary>
public sealed record SmppSettings
{
    /// <summary>The carrier's host name or IP address.</summary>
    public required string Host { get; init; }

    /// <summary>Its port, 1 to 65,535; default 2,775.</summary>
    public required int Port { get; init; }

    /// <summary>The account's id, 1 to 64 ASCII characters.</summary>
    public required string SystemId { get; init; }

    /// <summary>The account's password, 0 to 64 ASCII characters. A secret: never shown.</summary>
    public required string Password { get; init; }

    /// <summary>System type, 0 to 12 ASCII characters; default none.</summary>
    public string SystemType { get; init; } = "";

    /// <summary>True: each bind is a transmitter and a receiver of its own; false (default): one transceiver.</summary>
    public bool Pairs { get; init; }

    /// <summary>Binds, 1 to 64; default 1.</summary>
    public int Binds { get; init; } = 1;

    /// <summary>Submits of one bind without an answer, 1 to 10,000; default 10.</summary>
    public int Window { get; init; } = 10;

    /// <summary>Silence after which the peer is asked whether it is alive, in seconds, 1 to 3,600; default 30.</summary>
    public int EnquireLinkSeconds { get; init; } = 30;

    /// <summary>How long an answer may take, in seconds, 1 to 600; default 30.</summary>
    public int ResponseTimeoutSeconds { get; init; } = 30;

    /// <summary>How ids in receipts are read; default <see cref="IdForm.Auto"/>.</summary>
    public IdForm IdForm { get; init; }

    /// <summary>Host and port: a record's own text would show the password.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"smpp {Host}:{Port}");

    /// <summary>Reads <paramref name="json"/>; null and the fault in <paramref name="fault"/> when it is not right.</summary>
    public static SmppSettings? Parse(string json, out SettingsFault? fault)
    {
        using var reader = new SettingsReader(SmppProviderFactory.KindName, json);
        var settings = new SmppSettings
        {
            Host = reader.Ascii("host", 1, 253, null),
            Port = reader.Integer("port", 1, 65_535, 2_775),
            SystemId = reader.Ascii("systemId", 1, Bind.SystemIdMax, null),
            Password = reader.Ascii("password", 0, Bind.PasswordMax, null, secret: true),
            SystemType = reader.Ascii("systemType", 0, Bind.SystemTypeMax, ""),
            Pairs = reader.Word("bind", "transceiver", "transmitter+receiver") != "transceiver",
            Binds = reader.Integer("binds", 1, 64, 1),
            Window = reader.Integer("window", 1, 10_000, 10),
            EnquireLinkSeconds = reader.Integer("enquireLinkSeconds", 1, 3_600, 30),
            ResponseTimeoutSeconds = reader.Integer("responseTimeoutSeconds", 1, 600, 30),
            IdForm = reader.Word("idForm", "auto", "hex", "dec") switch { "hex" => IdForm.Hex, "dec" => IdForm.Dec, _ => IdForm.Auto },
        };
        if (reader.Flag("tls"))
        {
            reader.Refuse(new SettingsFault(
                "settings.tls", "settings.tls is true, which is not available in this version; set it to false and reach the carrier through a private link or a tunnel") { NotAvailable = true });
        }

        fault = reader.Finish();
        return fault is null ? settings : null;
    }
}
