namespace Router.LoadTest.Load;

/// <summary>Writes what a flow sends. Called by the flow's one thread for each message: it allocates nothing.</summary>
internal interface IRequestWriter
{
    /// <summary>The head of an NDJSON stream; bytes written.</summary>
    int WriteHead(Span<byte> to, int connection);

    /// <summary>A whole request, or one line of a stream; bytes written.</summary>
    int Write(Span<byte> to, in Ticket ticket, int connection);
}
