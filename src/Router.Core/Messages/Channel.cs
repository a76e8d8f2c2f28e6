namespace Router.Core.Messages;

/// <summary>A channel (R1.1). The wire's word is the name in lower case; the numbers are stored and never change.</summary>
public enum Channel : byte
{
    /// <summary>No channel: never stored.</summary>
    None = 0,

    /// <summary>SMS over SMPP or HTTP.</summary>
    Sms = 1,

    /// <summary>Voice notices.</summary>
    Voice = 2,

    /// <summary>WhatsApp.</summary>
    WhatsApp = 3,

    /// <summary>Facebook Messenger.</summary>
    Messenger = 4,

    /// <summary>Instagram.</summary>
    Instagram = 5,

    /// <summary>E-mail.</summary>
    Email = 6,

    /// <summary>The chat widget.</summary>
    WebChat = 7,

    /// <summary>Web Push.</summary>
    WebPush = 8,

    /// <summary>LINE.</summary>
    Line = 9,

    /// <summary>Viber.</summary>
    Viber = 10,

    /// <summary>Telegram.</summary>
    Telegram = 11,

    /// <summary>WeChat.</summary>
    WeChat = 12,

    /// <summary>X.</summary>
    X = 13,
}
