using System.Text.Encodings.Web;
using System.Text.Json;

namespace Router.FrontDoor.Json;

/// <summary>How JSON is read and written at the front door.</summary>
internal static class JsonText
{
    /// <summary>Only what JSON itself needs is escaped: answers are JSON, never part of a page.</summary>
    internal static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Strict: no comments, no trailing commas. A field twice is found by <see cref="RepeatedFields"/>, which can name it.</summary>
    internal static readonly JsonDocumentOptions Reading = new() { MaxDepth = 16 };
}
