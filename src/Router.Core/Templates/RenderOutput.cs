using System.Text;

namespace Router.Core.Templates;

/// <summary>Takes what a template writes, up to a bound. Its memory is its own: no pool, in which content would outlive its erasure (DESIGN §8).</summary>
internal sealed class RenderOutput : TextWriter
{
    private char[] characters = new char[512];
    private int length;

    public RenderOutput()
        : base(System.Globalization.CultureInfo.InvariantCulture)
    {
    }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<char> Written => characters.AsSpan(0, length);

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (buffer.Length > RenderContext.MessageCharactersMax - length)
        {
            throw new TemplateLimitException();
        }

        if (length + buffer.Length > characters.Length)
        {
            Array.Resize(ref characters, Math.Max(characters.Length * 2, length + buffer.Length));
        }

        buffer.CopyTo(characters.AsSpan(length));
        length += buffer.Length;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(char value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(string? value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(char[] buffer, int index, int count)
    {
        Write(buffer, index, count);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task FlushAsync() => Task.CompletedTask;
}
