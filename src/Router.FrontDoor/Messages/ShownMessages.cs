using Microsoft.AspNetCore.Http;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.FrontDoor.Json;
using Router.Grains.Administration;

namespace Router.FrontDoor.Messages;

/// <summary>Finds one message and answers with it as it stands. No state.</summary>
internal sealed class ShownMessages(IJournal journal, MessageOverlay overlay, IAdministration administration)
{
    /// <summary>A tenant's message; null: it has none such.</summary>
    internal async ValueTask<ShownMessage?> FindAsync(int tenant, MessageId id, CancellationToken cancellationToken) =>
        await journal.FindMessageAsync(tenant, id, cancellationToken) is { } message ? await overlay.OfAsync(tenant, message, cancellationToken) : null;

    /// <summary>Answers 200 with it.</summary>
    internal Task AnswerAsync(HttpContext context, ShownMessage found) => JsonAnswer.WriteAsync(context, 200, (found, administration.Current), static (json, answer) =>
        MessageJson.Write(json, answer.found.Message, answer.found.Status, answer.Current));
}
