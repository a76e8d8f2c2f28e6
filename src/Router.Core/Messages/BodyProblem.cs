using System.Globalization;
using System.Text;

namespace Router.Core.Messages;

/// <summary>Stable codes of a body that is refused: with 400, one that is too large with 413 where it is a whole body (DESIGN §6). The wire's word is <see cref="BodyProblem.CodeWord"/>.</summary>
public enum BodyProblemCode : byte
{
    /// <summary>No problem.</summary>
    None = 0,

    /// <summary><c>malformed_json</c>: not UTF-8, not JSON, or not an object.</summary>
    MalformedJson,

    /// <summary><c>unknown_field</c>.</summary>
    UnknownField,

    /// <summary><c>duplicate_field</c>.</summary>
    DuplicateField,

    /// <summary><c>missing_field</c>.</summary>
    MissingField,

    /// <summary><c>invalid_value</c>: wrong JSON type, out of range, too long, too deep.</summary>
    InvalidValue,

    /// <summary><c>invalid_address</c>: <c>to</c> does not parse.</summary>
    InvalidAddress,

    /// <summary><c>too_large</c>: the body or line is over 64 KiB.</summary>
    TooLarge,

    /// <summary><c>unknown_template</c>: the tenant has no template of this name and language.</summary>
    UnknownTemplate,

    /// <summary><c>missing_parameter</c>: the template uses parameters that the message lacks.</summary>
    MissingParameter,
}

/// <summary>
/// Why a body is refused: a code, the field and a fixed phrase, made without allocation; the sentence is composed when a person reads it.
/// </summary>
/// <remarks>
/// The sentence names the field, its value where the value is not personal, what is allowed and the remedy. It is for the sender of the body alone:
/// the name of an unknown field comes from the body, so the sentence stays out of logs. <see cref="CodeWord"/> may be logged and counted.
/// </remarks>
public readonly struct BodyProblem
{
    /// <summary>Bytes of a name or value shown at most.</summary>
    private const int ShownBytesMax = 64;

    private static readonly string[] Words =
    [
        "", "malformed_json", "unknown_field", "duplicate_field", "missing_field", "invalid_value", "invalid_address", "too_large",
        "unknown_template", "missing_parameter",
    ];

    private readonly bool _inFallback;
    private readonly int _start;
    private readonly int _length;
    private readonly string? _path;

    internal BodyProblem(BodyProblemCode code, BodyField field, string phrase, int start = 0, int length = 0)
    {
        Code = code;
        Field = field;
        Phrase = phrase;
        _start = start;
        _length = length;
    }

    private BodyProblem(in BodyProblem inside, int offset)
    {
        this = inside;
        _inFallback = true;
        _start += offset;
    }

    /// <summary>About something inside <paramref name="field"/>.</summary>
    /// <param name="code">Code.</param>
    /// <param name="field">The field.</param>
    /// <param name="path">The path of what it is about, of names that a template uses.</param>
    /// <param name="phrase">As <see cref="Phrase"/>; of names of a template, too.</param>
    internal BodyProblem(BodyProblemCode code, BodyField field, string path, string phrase)
        : this(code, field, phrase) => _path = path;

    /// <summary>The HTTP status of every one of them but for a whole body that is too large (413).</summary>
    public static int Status => 400;

    /// <summary>Code.</summary>
    public BodyProblemCode Code { get; }

    /// <summary>The code's word on the wire; empty for none.</summary>
    public string CodeWord => Words[(int)Code];

    /// <summary>The field.</summary>
    public BodyField Field { get; }

    /// <summary>What is wrong, what is allowed and the remedy; goes on after the field's name. Never holds anything of the body but names that the tenant's template has too.</summary>
    public string Phrase { get; }

    /// <summary>A line or body over 64 KiB, of which nothing else is known.</summary>
    public static BodyProblem TooLarge { get; } =
        new(BodyProblemCode.TooLarge, BodyField.Body, "is too large: a body or line has at most 65,536 bytes; send less, or several messages");

    /// <summary>The same about a field of <c>fallback</c>, whose object begins at <paramref name="offset"/> in the body.</summary>
    public BodyProblem InFallback(int offset = 0) => new(this, offset);

    /// <summary>The path of the field, for example <c>content.text</c>; empty for the whole body. Cold: makes a string.</summary>
    /// <param name="body">The bytes that were refused.</param>
    public string PathIn(ReadOnlySpan<byte> body)
    {
        string name = _path ?? NameIn(body);
        return !_inFallback ? name : name.Length == 0 ? BodyFields.PathOf(BodyField.Fallback) : BodyFields.PathOf(BodyField.Fallback) + "." + name;
    }

    private string NameIn(ReadOnlySpan<byte> body) => Field switch
    {
        BodyField.Body => "",
        BodyField.Unknown => Shown(body),
        BodyField.ContentUnknown or BodyField.ContentOther => "content." + Shown(body),
        _ => BodyFields.PathOf(Field),
    };

    /// <summary>The whole sentence. Cold: makes strings.</summary>
    /// <param name="body">The bytes that were refused; may be empty where they are gone, then names and values of the body are left out.</param>
    public string DetailFor(ReadOnlySpan<byte> body)
    {
        if (Code == BodyProblemCode.MalformedJson && _start > 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{BodyFields.PathOf(Field)} {Phrase} (near byte {_start})");
        }

        string subject = _path is not null || Field is not (BodyField.Unknown or BodyField.ContentUnknown or BodyField.ContentOther) ? _inFallback ? PathIn(body) : _path ?? BodyFields.PathOf(Field)
            : body.IsEmpty ? "a field" : $"\"{PathIn(body)}\"";
        string value = Code == BodyProblemCode.InvalidValue ? Shown(body) : "";
        return value.Length == 0 ? $"{subject} {Phrase}" : $"{subject} {value} {Phrase}";
    }

    /// <summary>The token of the body that the problem points at, as JSON wrote it, cut at <see cref="ShownBytesMax"/> bytes.</summary>
    private string Shown(ReadOnlySpan<byte> body)
    {
        if (_length == 0 || _start + _length > body.Length)
        {
            return "";
        }

        ReadOnlySpan<byte> token = body.Slice(_start, _length);
        if (token.Length <= ShownBytesMax)
        {
            return Encoding.UTF8.GetString(token);
        }

        int end = ShownBytesMax;
        while (end > 0 && (token[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return Encoding.UTF8.GetString(token[..end]) + "…";
    }
}
