using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Router.LoadTest.Tests;

/// <summary>A server of one connection after the other that gives the n-th answer to the n-th request, of a stream once all of it is there. No text: it cuts the connection.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Func<int, string> answers;
    private readonly Thread thread;
    private volatile bool stopped;

    public ScriptedServer(Func<int, string> answers)
    {
        this.answers = answers;
        listener.Start();
        thread = new Thread(Serve) { IsBackground = true };
        thread.Start();
    }

    public IPEndPoint EndPoint => (IPEndPoint)listener.LocalEndpoint;

    /// <summary>What came, as text.</summary>
    public StringBuilder Requests { get; } = new();

    public void Dispose()
    {
        stopped = true;
        thread.Join();
        listener.Stop();
    }

    private void Serve()
    {
        int request = 0;
        while (!stopped)
        {
            if (!listener.Server.Poll(20_000, SelectMode.SelectRead))
            {
                continue;
            }

            using Socket socket = listener.AcceptSocket();
            while (Receive(socket) is { Length: > 0 } text)
            {
                Requests.Append(text);
                string answer = answers(request++);
                socket.Send(Encoding.ASCII.GetBytes(answer));
                if (answer.Contains("Connection: close", StringComparison.Ordinal) || answer.Length == 0)
                {
                    break;
                }
            }
        }
    }

    private static string Receive(Socket socket)
    {
        byte[] buffer = new byte[64 * 1024];
        var text = new StringBuilder();
        try
        {
            int read;
            do
            {
                read = socket.Receive(buffer);
                text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }
            while (read > 0 && text.ToString() is var so && so.Contains("Transfer-Encoding", StringComparison.Ordinal) && !so.EndsWith("0\r\n\r\n", StringComparison.Ordinal));
        }
        catch (SocketException)
        {
            // cut by the client
        }

        return text.ToString();
    }
}
