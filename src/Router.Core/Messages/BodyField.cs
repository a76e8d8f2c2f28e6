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

    /// <summary>A known field of <c>content</c> that is not one of its kind's.</summary>
    ContentOther,

    /// <summary>A field that the body does not have.</summary>
    Unknown,

    /// <summary>A field that <c>content</c> does not have.</summary>
    ContentUnknown,

    /// <summary><c>fallback.afterSeconds</c>.</summary>
    AfterSeconds,

    /// <summary><c>content.url</c>.</summary>
    ContentUrl,

    /// <summary><c>content.mediaType</c>.</summary>
    ContentMediaType,

    /// <summary><c>content.caption</c>.</summary>
    ContentCaption,

    /// <summary><c>content.name</c>.</summary>
    ContentName,

    /// <summary><c>content.language</c>.</summary>
    ContentLanguage,

    /// <summary><c>content.parameters</c>.</summary>
    ContentParameters,
}

/// <summary>Names of the fields, both ways. No allocation.</summary>
internal static class BodyFields
{
    /// <summary>Longest name that <see cref="InBody"/> or <see cref="InContent"/> knows.</summary>
    public const int NameBytesMax = 15;

    private static readonly string[] Paths =
    [
        "the body", "to", "from", "purpose", "content", "content.type", "content.text", "priority", "validitySeconds", "scheduleAt", "reference", "metadata",
        "fallback", "region", "content", "", "content", "afterSeconds", "content.url", "content.mediaType", "content.caption", "content.name", "content.language", "content.parameters",
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
        3 when name.SequenceEqual("url"u8) => BodyField.ContentUrl,
        4 when name.SequenceEqual("name"u8) => BodyField.ContentName,
        7 when name.SequenceEqual("caption"u8) => BodyField.ContentCaption,
        8 when name.SequenceEqual("language"u8) => BodyField.ContentLanguage,
        9 when name.SequenceEqual("mediaType"u8) => BodyField.ContentMediaType,
        10 when name.SequenceEqual("parameters"u8) => BodyField.ContentParameters,
        _ => BodyField.ContentUnknown,
    };
}
