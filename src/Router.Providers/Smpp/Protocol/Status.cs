using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Providers.Smpp.Protocol;

/// <summary>Command statuses (SMPP 3.4 §5.1.3, table 5-2) and what they mean for a message.</summary>
internal static class Status
{
    /// <summary>No error.</summary>
    public const uint Ok = 0x00;

    /// <summary>Message length is invalid.</summary>
    public const uint InvalidMessageLength = 0x01;

    /// <summary>Command length is invalid.</summary>
    public const uint InvalidCommandLength = 0x02;

    /// <summary>Invalid command id.</summary>
    public const uint InvalidCommandId = 0x03;

    /// <summary>System error.</summary>
    public const uint SystemError = 0x08;

    /// <summary><c>ESME_RALYBND</c>.</summary>
    public const uint AlreadyBound = 0x05;

    /// <summary><c>ESME_RBINDFAIL</c>.</summary>
    public const uint BindFailed = 0x0D;

    /// <summary>Invalid source address.</summary>
    public const uint InvalidSource = 0x0A;

    /// <summary>Invalid destination address.</summary>
    public const uint InvalidDestination = 0x0B;

    /// <summary>Invalid password.</summary>
    public const uint InvalidPassword = 0x0E;

    /// <summary>Invalid system id.</summary>
    public const uint InvalidSystemId = 0x0F;

    /// <summary>Message queue full.</summary>
    public const uint QueueFull = 0x14;

    /// <summary>Throttling: the account's rate is exceeded.</summary>
    public const uint Throttled = 0x58;

    /// <summary>The receiver has an error that passes: send it again.</summary>
    public const uint ReceiverTemporary = 0x64;

    /// <summary>The receiver has an error that does not pass.</summary>
    public const uint ReceiverPermanent = 0x65;

    /// <summary>
    /// Whether a bind was refused for who we are; such a bind is not tried again for a minute at least. <c>ESME_RBINDFAIL</c> is among them: carriers that do not want to tell strangers whether it
    /// was the name or the password say that.
    /// </summary>
    public static bool IsCredentials(uint status) => status is InvalidPassword or InvalidSystemId or BindFailed;

    /// <summary>As <see cref="ToOutcome(uint, out Reason)"/>, but for the codes that the account has a meaning of its own for.</summary>
    public static OutcomeKind ToOutcome(uint status, ErrorMap? errors, out Reason reason)
    {
        if (status == Ok || errors is null || !errors.TryFind(status, out ErrorMeaning meaning))
        {
            return ToOutcome(status, out reason);
        }

        reason = meaning.Class switch
        {
            ErrorClass.Permanent => meaning.Reason == Reason.None ? Reason.ProviderRefused : meaning.Reason,
            ErrorClass.Temporary => Reason.ProviderFailed,
            _ => Reason.None,
        };
        return meaning.Class switch { ErrorClass.Permanent => OutcomeKind.Refused, ErrorClass.Temporary => OutcomeKind.Failed, _ => OutcomeKind.Throttled };
    }

    /// <summary>
    /// What a <c>submit_sm_resp</c> means. Throttled (0x58) and queue full (0x14) slow the sender. Refused for good is what the same bytes would meet again: invalid length
    /// (0x01), priority (0x06), registered delivery (0x07), source (0x0A), destination (0x0B), esm_class (0x43), TON and NPI (0x48 to 0x51), service type (0x15),
    /// schedule (0x61), validity (0x62), predefined message (0x63), message content or parameters (0xC0 to 0xC4). All else failed for now: it is tried again by the provider's rule.
    /// </summary>
    public static OutcomeKind ToOutcome(uint status, out Reason reason)
    {
        reason = Reason.None;
        switch (status)
        {
            case Ok:
                return OutcomeKind.Sent;
            case Throttled or QueueFull:
                return OutcomeKind.Throttled;
            case InvalidDestination or 0x50 or 0x51:
                reason = Reason.InvalidAddress;
                return OutcomeKind.Refused;
            case InvalidSource or 0x48 or 0x49:
                reason = Reason.SenderNotAllowed;
                return OutcomeKind.Refused;
            case InvalidMessageLength or 0x06 or 0x07 or 0x15 or 0x43 or (>= 0x61 and <= 0x63) or (>= 0xC0 and <= 0xC4):
                reason = Reason.ProviderRefused;
                return OutcomeKind.Refused;
            default:
                reason = Reason.ProviderFailed;
                return OutcomeKind.Failed;
        }
    }

    /// <summary>What a bind's refusal says, for people, with the remedy.</summary>
    public static string BindWords(uint status) => status switch
    {
        InvalidPassword => "invalid password: check settings.password",
        InvalidSystemId => "invalid system id: check settings.systemId",
        AlreadyBound => "already bound: fewer settings.binds, or another client uses this account",
        BindFailed => "bind failed: check settings.systemId, password, systemType and bind",
        SystemError => "system error of the carrier's",
        Throttled => "throttled",
        _ => "see the carrier's list of command statuses",
    };
}
