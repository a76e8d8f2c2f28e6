namespace Router.Core.Inbound;

/// <summary>A word of <see cref="OptOutWords"/>.</summary>
/// <param name="Action">What it asks for.</param>
/// <param name="Language">Its language (ISO 639-1), where it has one and <see cref="ReplyTexts"/> knows it; else empty.</param>
/// <param name="IsUniversal">A tenant's rule may answer it otherwise, but it stops all the same.</param>
public readonly record struct OptOutWord(WordAction Action, string Language, bool IsUniversal);
