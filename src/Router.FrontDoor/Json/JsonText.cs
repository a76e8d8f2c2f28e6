using System.Text.Encodings.Web;
using System.Text.Json;

namespace Router.FrontDoor.Json;

/// <summary>How JSON is read and written at the front door.</summary>
internal static class JsonText
{
    /// <summary>Only what JSON itself needs is escaped: answers are JSON, never part of a page.</summary>
    internal static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Strict: no comments, no trailing commas, no member twice.</summary>
    internal static readonly JsonDocumentOptions Reading = new() { AllowDuplicateProperties = false, MaxDepth = 16 };
}
