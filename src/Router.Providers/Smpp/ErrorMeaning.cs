using Router.Core.Messages;

namespace Router.Providers.Smpp;

/// <summary>What a carrier's code means.</summary>
/// <param name="Class">What is to be done.</param>
/// <param name="Reason">Why, where it is permanent; <see cref="Reason.None"/>: the default of its kind.</param>
internal readonly record struct ErrorMeaning(ErrorClass Class, Reason Reason);
