namespace Router.Providers.Smpp;

/// <summary>How a message of several segments is told to the carrier as one.</summary>
public enum LongMessages : byte
{
    /// <summary>A user data header with a reference of 8 bits (3GPP TS 23.040 §9.2.3.24.1): what all carriers take.</summary>
    Udh8 = 0,

    /// <summary>A user data header with a reference of 16 bits (§9.2.3.24.8): references repeat later.</summary>
    Udh16 = 1,

    /// <summary>The <c>sar_</c> parameters of SMPP 3.4 §5.3.2.22 to 24: the carrier makes the header.</summary>
    Sar = 2,

    /// <summary>The whole text in the <c>message_payload</c> parameter of one PDU (§5.3.2.32): the carrier cuts it.</summary>
    Payload = 3,
}
