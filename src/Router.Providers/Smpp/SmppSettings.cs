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

    /// <summary>Addresses whose messages the account wants, as the carrier writes patterns (SMPP 3.4 §5.2.7), 0 to 40 ASCII characters; default none: the carrier's choice.</summary>
    public string AddressRange { get; init; } = "";

    /// <summary>Type of number of <see cref="AddressRange"/>, 0 to 255; default 0.</summary>
    public int AddressRangeTon { get; init; }

    /// <summary>Numbering plan of <see cref="AddressRange"/>, 0 to 255; default 0.</summary>
    public int AddressRangeNpi { get; init; }

    /// <summary>How long messages are told; default <see cref="LongMessages.Udh8"/>.</summary>
    public LongMessages LongMessages { get; init; }

    /// <summary>Which receipts are asked for: the low bits of <c>registered_delivery</c> (§5.2.17); default both final ones.</summary>
    internal byte RegisteredDelivery { get; init; } = ShortMessage.FinalReceipt;

    /// <summary>The alphabet of <c>data_coding</c> 0, in both directions; default GSM 7 bit.</summary>
    internal Alphabet DefaultAlphabet { get; init; } = Alphabet.Gsm;

    /// <summary>Country code of numbers that come without one, ASCII digits; default none.</summary>
    internal ReadOnlyMemory<byte> CountryCode { get; init; }

    /// <summary>Types of number and numbering plans of what is sent; null: by the form of the address.</summary>
    internal AddressRules? Addresses { get; init; }

    /// <summary>What the carrier's codes mean; null: as the standard has it.</summary>
    internal ErrorMap? Errors { get; init; }

    /// <summary>TLS; null: a plain connection.</summary>
    internal TlsSettings? Tls { get; init; }

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
            AddressRange = reader.Ascii("addressRange", 0, Bind.AddressRangeMax, ""),
            AddressRangeTon = reader.Integer("addressRangeTon", 0, 255, 0),
            AddressRangeNpi = reader.Integer("addressRangeNpi", 0, 255, 0),
            LongMessages = reader.Word("longMessages", "udh8", "udh16", "sar", "message_payload") switch
            {
                "udh16" => LongMessages.Udh16,
                "sar" => LongMessages.Sar,
                "message_payload" => LongMessages.Payload,
                _ => LongMessages.Udh8,
            },
            RegisteredDelivery = reader.Word("registeredDelivery", "final", "failure", "success", "none") switch
            {
                "failure" => ShortMessage.FailureReceipt,
                "success" => ShortMessage.SuccessReceipt,
                "none" => 0,
                _ => ShortMessage.FinalReceipt,
            },
            DefaultAlphabet = reader.Word("defaultAlphabet", "gsm", "latin1", "ascii") switch { "latin1" => Alphabet.Latin1, "ascii" => Alphabet.Ascii, _ => Alphabet.Gsm },
            CountryCode = ReadCountryCode(reader),
            Addresses = ReadAddresses(reader),
            Errors = ErrorMap.Read(reader),
            Tls = TlsSettings.Read(reader),
        };
        fault = reader.Finish();
        return fault is null ? settings : null;
    }

    private static ReadOnlyMemory<byte> ReadCountryCode(SettingsReader reader)
    {
        string code = reader.Ascii("countryCode", 0, 3, "");
        if (code.AsSpan().ContainsAnyExceptInRange('0', '9') || code.StartsWith('0'))
        {
            reader.Refuse(new SettingsFault("settings.countryCode", $"is \"{code}\"; set it to the 1 to 3 digits of a country code without + and zeros, such as 39"));
        }

        return System.Text.Encoding.ASCII.GetBytes(code);
    }

    private static AddressRules? ReadAddresses(SettingsReader reader)
    {
        var rules = new AddressRules
        {
            SourceTon = (byte?)reader.OptionalInteger("sourceTon", 0, 255),
            SourceNpi = (byte?)reader.OptionalInteger("sourceNpi", 0, 255),
            ShortCodeTon = (byte?)reader.OptionalInteger("shortCodeTon", 0, 255),
            ShortCodeNpi = (byte?)reader.OptionalInteger("shortCodeNpi", 0, 255),
            DestinationTon = (byte?)reader.OptionalInteger("destinationTon", 0, 255),
            DestinationNpi = (byte?)reader.OptionalInteger("destinationNpi", 0, 255),
        };
        return rules == new AddressRules() ? null : rules;
    }
}
