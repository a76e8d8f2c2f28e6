namespace Router.Core.Messages;

/// <summary>The fields of a message's body (DESIGN §6); which of them a <see cref="BodyProblem"/> is about.</summary>
public enum BodyField : byte
{
    /// <summary>The body as a whole.</summary>
    Body = 0,

    /// <summary><c>to</c>.</summary>
    To,

    /// <summary><c>from</c>.</summary>
    From,

    /// <summary><c>purpose</c>.</summary>
    Purpose,

    /// <summary><c>content</c>.</summary>
    Content,

    /// <summary><c>content.type</c>.</summary>
    ContentType,

    /// <summary><c>content.text</c>.</summary>
    ContentText,

    /// <summary><c>priority</c>.</summary>
    Priority,

    /// <summary><c>validitySeconds</c>.</summary>
    ValiditySeconds,

    /// <summary><c>scheduleAt</c>.</summary>
    ScheduleAt,

    /// <summary><c>reference</c>.</summary>
    Reference,

    /// <summary><c>metadata</c>.</summary>
    Metadata,

    /// <summary><c>fallback</c>.</summary>
    Fallback,

    /// <summary><c>region</c>.</summary>
    Region,

    /// <summary>A field of template or media content: not one of a text's.</summary>
    ContentOther,

    /// <summary>A field that the body does not have.</summary>
    Unknown,

    /// <summary>A field that <c>content</c> does not have.</summary>
    ContentUnknown,

    /// <summary><c>fallback.afterSeconds</c>.</summary>
    AfterSeconds,
}

/// <summary>Names of the fields, both ways. No allocation.</summary>
internal static class BodyFields
{
    /// <summary>Longest name that <see cref="InBody"/> or <see cref="InContent"/> knows.</summary>
    public const int NameBytesMax = 15;

    private static readonly string[] Paths =
    [
        "the body", "to", "from", "purpose", "content", "content.type", "content.text", "priority", "validitySeconds", "scheduleAt", "reference", "metadata",
        "fallback", "region", "content", "", "content", "afterSeconds",
    ];

    /// <summary>The path of a known field; of the parent for one that is not.</summary>
    public static string PathOf(BodyField field) => Paths[(int)field];

    /// <summary>The field of the body with this name.</summary>
    public static BodyField InBody(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when name.SequenceEqual("to"u8) => BodyField.To,
        4 when name.SequenceEqual("from"u8) => BodyField.From,
        6 when name.SequenceEqual("region"u8) => BodyField.Region,
        7 when name.SequenceEqual("purpose"u8) => BodyField.Purpose,
        7 when name.SequenceEqual("content"u8) => BodyField.Content,
        8 when name.SequenceEqual("priority"u8) => BodyField.Priority,
        8 when name.SequenceEqual("metadata"u8) => BodyField.Metadata,
        8 when name.SequenceEqual("fallback"u8) => BodyField.Fallback,
        9 when name.SequenceEqual("reference"u8) => BodyField.Reference,
        10 when name.SequenceEqual("scheduleAt"u8) => BodyField.ScheduleAt,
        12 when name.SequenceEqual("afterSeconds"u8) => BodyField.AfterSeconds,
        NameBytesMax when name.SequenceEqual("validitySeconds"u8) => BodyField.ValiditySeconds,
        _ => BodyField.Unknown,
    };

    /// <summary>The field of <c>content</c> with this name.</summary>
    public static BodyField InContent(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 when name.SequenceEqual("type"u8) => BodyField.ContentType,
        4 when name.SequenceEqual("text"u8) => BodyField.ContentText,
        3 when name.SequenceEqual("url"u8) => BodyField.ContentOther,
        4 when name.SequenceEqual("name"u8) => BodyField.ContentOther,
        7 when name.SequenceEqual("caption"u8) => BodyField.ContentOther,
        8 when name.SequenceEqual("language"u8) => BodyField.ContentOther,
        9 when name.SequenceEqual("mediaType"u8) => BodyField.ContentOther,
        10 when name.SequenceEqual("parameters"u8) => BodyField.ContentOther,
        _ => BodyField.ContentUnknown,
    };
}
