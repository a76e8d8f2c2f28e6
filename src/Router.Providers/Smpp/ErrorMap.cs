using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Router.Core.Messages;
using Router.Providers.Settings;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp;

/// <summary>
/// An account's own meaning of <c>command_status</c> values and of error codes in receipts: each carrier has its own beside the standard's. Immutable; any thread.
/// </summary>
/// <remarks>
/// <c>{"status":{"0x45":"temporary","1044":{"is":"permanent","reason":"invalid_address"}},"receipt":{"011":{"is":"permanent","reason":"blocked_content"}}}</c>. What it does not name means what
/// <see cref="Status.ToOutcome(uint, out Reason)"/> says; an error in a receipt, that the message is undeliverable. Hot path, 0 B: an account without a map has none of this.
/// </remarks>
internal sealed class ErrorMap
{
    /// <summary>Codes of each kind at most.</summary>
    public const int CodesMax = 256;

    /// <summary>Longest error code of a receipt; the standard's has three characters (SMPP 3.4 appendix B).</summary>
    public const int ReceiptCodeMax = 8;

    private const string Classes = "permanent, temporary, throttled, or {\"is\":\"permanent\",\"reason\":…}";

    private static readonly Dictionary<string, Reason> Reasons = new Reason[]
    {
        Reason.ProviderRefused, Reason.InvalidAddress, Reason.SenderNotAllowed, Reason.BlockedContent, Reason.OptedOut, Reason.Undeliverable,
    }.ToDictionary(static r => WireNames.Of(r), StringComparer.Ordinal);

    private readonly FrozenDictionary<uint, ErrorMeaning> statuses;
    private readonly FrozenDictionary<ulong, ErrorMeaning> receipts;

    private ErrorMap(Dictionary<uint, ErrorMeaning> statuses, Dictionary<ulong, ErrorMeaning> receipts)
    {
        this.statuses = statuses.ToFrozenDictionary();
        this.receipts = receipts.ToFrozenDictionary();
    }

    /// <summary>Whether errors in receipts are looked at.</summary>
    public bool HasReceipts => receipts.Count > 0;

    /// <summary>The meaning of a <c>command_status</c>; false: the default.</summary>
    public bool TryFind(uint status, out ErrorMeaning meaning) => statuses.TryGetValue(status, out meaning);

    /// <summary>The meaning of a receipt's error code (<see cref="KeyOf"/>); false: the default.</summary>
    public bool TryFindReceipt(ulong code, out ErrorMeaning meaning) => receipts.TryGetValue(code, out meaning);

    /// <summary>An error code as a key: its characters without leading zeros, in lower case; 0: none, or longer than <see cref="ReceiptCodeMax"/>.</summary>
    public static ulong KeyOf(ReadOnlySpan<byte> code)
    {
        code = code.Trim((byte)' ');
        ReadOnlySpan<byte> rest = code.TrimStart((byte)'0');
        rest = rest.IsEmpty && !code.IsEmpty ? "0"u8 : rest;
        if (rest.Length > ReceiptCodeMax)
        {
            return 0;
        }

        ulong key = 0;
        foreach (byte b in rest)
        {
            key = (key << 8) | (b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b);
        }

        return key;
    }

    /// <summary>Reads <c>settings.errors</c>; null when there is none, or when <paramref name="reader"/> was told what is wrong.</summary>
    public static ErrorMap? Read(SettingsReader reader)
    {
        if (!reader.TryObject("errors", out JsonElement errors))
        {
            return null;
        }

        var statuses = new Dictionary<uint, ErrorMeaning>();
        var receipts = new Dictionary<ulong, ErrorMeaning>();
        foreach (JsonProperty kind in errors.EnumerateObject())
        {
            string path = "errors." + Short(kind.Name);
            if (kind.Name is not ("status" or "receipt"))
            {
                reader.Refuse(new($"settings.{path}", "is not a field of smpp's errors; remove it (fields: status, receipt)"));
            }
            else if (kind.Value.ValueKind != JsonValueKind.Object)
            {
                reader.Refuse(path, kind.Value, "a JSON object of codes");
            }
            else if (kind.Value.GetPropertyCount() > CodesMax)
            {
                reader.Refuse(new($"settings.{path}", string.Create(CultureInfo.InvariantCulture, $"has {kind.Value.GetPropertyCount()} codes; name at most {CodesMax}")));
            }
            else
            {
                ReadCodes(reader, path, kind, statuses, receipts);
            }
        }

        return reader.Fault is null && statuses.Count + receipts.Count > 0 ? new ErrorMap(statuses, receipts) : null;
    }

    private static void ReadCodes(SettingsReader reader, string path, JsonProperty kind, Dictionary<uint, ErrorMeaning> statuses, Dictionary<ulong, ErrorMeaning> receipts)
    {
        foreach (JsonProperty code in kind.Value.EnumerateObject())
        {
            string codePath = $"{path}.{Short(code.Name)}";
            bool ofStatus = kind.Name == "status";
            uint status = 0;
            ulong key = 0;
            if (ofStatus && !TryStatus(code.Name, out status))
            {
                reader.Refuse(new($"settings.{codePath}", "is no command_status; write it as 0x1 to 0xffffffff or in decimal"));
            }
            else if (!ofStatus && (key = code.Name.AsSpan().ContainsAnyExceptInRange('!', '~') ? 0 : KeyOf(Encoding.ASCII.GetBytes(code.Name))) == 0)
            {
                reader.Refuse(new(
                    $"settings.{codePath}",
                    string.Create(CultureInfo.InvariantCulture, $"is no error code of a receipt; write the 1 to {ReceiptCodeMax} characters that stand behind err: in it, or in decimal what network_error_code says")));
            }
            else if (TryMeaning(reader, codePath, code.Value, ofStatus, out ErrorMeaning meaning) && !(ofStatus ? statuses.TryAdd(status, meaning) : receipts.TryAdd(key, meaning)))
            {
                reader.Refuse(new($"settings.{codePath}", "is there twice, in another spelling; remove one"));
            }
        }
    }

    private static bool TryMeaning(SettingsReader reader, string path, JsonElement value, bool ofStatus, out ErrorMeaning meaning)
    {
        meaning = default;
        JsonElement word = value;
        if (value.ValueKind == JsonValueKind.Object)
        {
            word = default;
            foreach (JsonProperty field in value.EnumerateObject())
            {
                if (field.NameEquals("is"))
                {
                    word = field.Value;
                }
                else if (!field.NameEquals("reason"))
                {
                    reader.Refuse(new($"settings.{path}.{Short(field.Name)}", "is not a field here; remove it (fields: is, reason)"));
                    return false;
                }
            }
        }

        ErrorClass? found = word.ValueKind != JsonValueKind.String ? null : word.GetString() switch
        {
            "permanent" => ErrorClass.Permanent,
            "temporary" => ErrorClass.Temporary,
            "throttled" when ofStatus => ErrorClass.Throttled,
            _ => null,
        };
        if (found is not { } kind)
        {
            reader.Refuse(path, value, ofStatus ? Classes : Classes.Replace(" throttled,", "", StringComparison.Ordinal));
            return false;
        }

        meaning = new ErrorMeaning(kind, Reason.None);
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("reason", out JsonElement reason))
        {
            return true;
        }

        if (kind != ErrorClass.Permanent || reason.ValueKind != JsonValueKind.String || !Reasons.TryGetValue(reason.GetString()!, out Reason why))
        {
            reader.Refuse($"{path}.reason", reason, $"one of {string.Join(", ", Reasons.Keys)}, with \"is\":\"permanent\" only");
            return false;
        }

        meaning = new ErrorMeaning(kind, why);
        return true;
    }

    private static bool TryStatus(string text, out uint status) =>
        (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out status)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out status))
        && status != Status.Ok;

    private static string Short(string name) => name.Length > 40 ? name[..40] + "…" : name;
}
