using System.Diagnostics;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;

namespace Router.Engine.Traces;

/// <summary>
/// What the engine tells of traced messages: the source <c>Router.Engine</c>. Tags are words, names of providers and ids of messages; content, addresses and secrets are in none (DESIGN §4.8).
/// Cold: only messages whose trace is recorded come here. Any thread.
/// </summary>
internal static class EngineTraces
{
    /// <summary>The source's name.</summary>
    public const string Name = "Router.Engine";

    private const string Queued = "queued";
    private static readonly ActivitySource Source = new(Name);

    /// <summary>A message waited: until it was handed over, or until it ended with <paramref name="end"/>.</summary>
    public static void Waited(in TracedSpan span, MessageStatus end)
    {
        using Activity? activity = Start(span, ActivityKind.Internal, Queued);
        if (activity is not null && end != MessageStatus.None)
        {
            activity.SetTag("router.status", WireNames.Of(end));
        }
    }

    /// <summary>A provider had a message and said what came of it.</summary>
    /// <param name="span">From its hand-over to the outcome.</param>
    /// <param name="provider">The provider; null: it is gone from the configuration.</param>
    /// <param name="outcome">What it said; of several segments the worst.</param>
    public static void Sent(in TracedSpan span, ProviderAccount? provider, OutcomeKind outcome)
    {
        using Activity? activity = Start(span, ActivityKind.Client, provider is null ? "send" : $"send {provider.Settings.Kind}");
        if (activity is null)
        {
            return;
        }

        string word = EngineMeter.WordOf(outcome);
        activity.SetTag("messaging.operation.type", "send");
        activity.SetTag("router.provider", provider?.Name);
        activity.SetTag("router.outcome", word);
        if (outcome != OutcomeKind.Sent)
        {
            activity.SetTag("error.type", word);
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }

    private static Activity? Start(in TracedSpan span, ActivityKind kind, string name)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        Activity? activity = Source.StartActivity(kind, span.Parent.ToParent(), startTime: DateTimeOffset.FromUnixTimeMilliseconds(span.StartMs), name: name);
        if (activity is null)
        {
            return null;
        }

        // A span that ends where it starts lasts a tick; without an end it would get one from the real clock.
        activity.SetEndTime(DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(span.StartMs, span.EndMs)).UtcDateTime);
        activity.SetTag("messaging.system", "router");
        activity.SetTag("messaging.message.id", span.Message.ToString());
        activity.SetTag("router.channel", WireNames.Of(span.Channel));
        return activity;
    }
}
