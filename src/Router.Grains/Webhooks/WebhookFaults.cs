namespace Router.Grains.Webhooks;

/// <summary>Why a delivery has no HTTP status: words of the API (<see cref="WebhookAnswer.Fault"/>).</summary>
public static class WebhookFaults
{
    /// <summary>No answer within 15 s.</summary>
    public const string Timeout = "timeout";

    /// <summary>No connection, or it broke.</summary>
    public const string Connection = "connection";

    /// <summary>The host's name has no address.</summary>
    public const string Name = "name";

    /// <summary>TLS failed, e.g. a certificate that is not trusted.</summary>
    public const string Tls = "tls";

    /// <summary>The name leads into a private network.</summary>
    public const string PrivateNetwork = "private_network";

    /// <summary>The answer is not HTTP.</summary>
    public const string Malformed = "malformed";

    /// <summary>Ended from here.</summary>
    public const string Stopped = "stopped";

    /// <summary>Another test is under way.</summary>
    public const string Busy = "busy";
}
