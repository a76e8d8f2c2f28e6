using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Router.Providers.Smpp;

/// <summary>A connection to a carrier, plain or TLS. One reader and one writer at a time.</summary>
/// <remarks>Hot path: a plain one hands through what the socket returns, 0 B.</remarks>
internal sealed class SmppLink : IDisposable
{
    private readonly Socket socket;
    private readonly SslStream? secure;

    /// <summary>A plain connection over a connected socket, which it owns.</summary>
    public SmppLink(Socket socket) => this.socket = socket;

    private SmppLink(Socket socket, SslStream secure)
    {
        this.socket = socket;
        this.secure = secure;
    }

    /// <summary>What is agreed, for people, such as <c>TLS 1.3</c>; null: plain.</summary>
    public string? Protocol => secure?.SslProtocol switch { null => null, SslProtocols.Tls12 => "TLS 1.2", SslProtocols.Tls13 => "TLS 1.3", _ => "TLS" };

    /// <summary>Connects to the account's carrier.</summary>
    /// <exception cref="SocketException">The connection could not be made.</exception>
    /// <exception cref="IOException">The handshake broke.</exception>
    /// <exception cref="AuthenticationException">The handshake failed; the message says why and what to do, without a text of the peer's.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/>.</exception>
    public static async Task<SmppLink> ConnectAsync(SmppSettings settings, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(settings.Host, settings.Port, cancellationToken).ConfigureAwait(false);
            return settings.Tls is null ? new SmppLink(socket) : new SmppLink(socket, await SecureAsync(socket, settings.Host, settings.Tls, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether <paramref name="exception"/> is how a link ends.</summary>
    public static bool IsFault(Exception exception) => exception is SocketException or IOException or ObjectDisposedException or OperationCanceledException;

    /// <summary>The fault in a word, for logs; no text of the peer's.</summary>
    public static string Words(Exception exception) => exception switch
    {
        SocketException socketException => socketException.SocketErrorCode.ToString(),
        IOException { InnerException: SocketException inner } => inner.SocketErrorCode.ToString(),
        AuthenticationException => exception.Message,
        IOException => "TLS broke off: check that settings.port speaks TLS",
        OperationCanceledException => "timed out",
        _ => "closed",
    };

    /// <summary>Reads what there is; 0: the carrier has closed.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => secure is null ? socket.ReceiveAsync(buffer, SocketFlags.None) : secure.ReadAsync(buffer);

    /// <summary>Writes all of it.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => secure is null ? SendPlainAsync(bytes) : secure.WriteAsync(bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        socket.Dispose();
        secure?.Dispose();
    }

    private static async Task<SslStream> SecureAsync(Socket socket, string host, TlsSettings tls, CancellationToken cancellationToken)
    {
        SslPolicyErrors refused = SslPolicyErrors.None;
        var secure = new SslStream(new NetworkStream(socket, ownsSocket: false));
        try
        {
            await secure.AuthenticateAsClientAsync(tls.Options(host, errors => refused = errors), cancellationToken).ConfigureAwait(false);
            return secure;
        }
        catch (AuthenticationException exception)
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw new AuthenticationException(refused != SslPolicyErrors.None ? TlsSettings.Words(refused) : "TLS: no handshake; check that settings.port speaks TLS", exception);
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask SendPlainAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int sent = await socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false);
            bytes = bytes[sent..];
        }
    }
}
