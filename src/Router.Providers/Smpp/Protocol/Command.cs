namespace Router.Providers.Smpp.Protocol;

/// <summary>Command ids of SMPP 3.4 (§5.1.2.1) that Router writes or answers. A response is its request with the top bit.</summary>
internal enum Command : uint
{
    /// <summary>Answers what cannot be answered otherwise (§4.3.1).</summary>
    GenericNack = 0x8000_0000,

    /// <summary>Binds to receive (§4.1.3).</summary>
    BindReceiver = 0x0000_0001,

    /// <summary>Binds to send (§4.1.1).</summary>
    BindTransmitter = 0x0000_0002,

    /// <summary>Submits a message (§4.4.1).</summary>
    SubmitSm = 0x0000_0004,

    /// <summary>Answers a submit (§4.4.2).</summary>
    SubmitSmResp = 0x8000_0004,

    /// <summary>Delivers a receipt or an inbound message (§4.6.1).</summary>
    DeliverSm = 0x0000_0005,

    /// <summary>Answers a deliver (§4.6.2).</summary>
    DeliverSmResp = 0x8000_0005,

    /// <summary>Ends a bind (§4.2.1).</summary>
    Unbind = 0x0000_0006,

    /// <summary>Answers an unbind (§4.2.2).</summary>
    UnbindResp = 0x8000_0006,

    /// <summary>Binds to send and receive (§4.1.5).</summary>
    BindTransceiver = 0x0000_0009,

    /// <summary>The SMSC asks to be bound to (§4.1.7); not answered.</summary>
    Outbind = 0x0000_000B,

    /// <summary>Is the peer alive (§4.11.1)?</summary>
    EnquireLink = 0x0000_0015,

    /// <summary>It is (§4.11.2).</summary>
    EnquireLinkResp = 0x8000_0015,

    /// <summary>Delivers a receipt or an inbound message with all of it in optional parameters (§4.7.1); Router sends none.</summary>
    DataSm = 0x0000_0103,

    /// <summary>Answers a data_sm (§4.7.2).</summary>
    DataSmResp = 0x8000_0103,

    /// <summary>A mobile is there again (§4.12.1); not answered.</summary>
    AlertNotification = 0x0000_0102,
}
