namespace Router.FrontDoor.Tests.Suites;

/// <summary>
/// A sample of every endpoint there is. The suites go through the routes as they are mapped: an endpoint that is not in here fails them. Add a line, and to <see cref="World"/>
/// what its path needs.
/// </summary>
internal static class Samples
{
    private const string Reads = "owner admin agent auditor";
    private const string Sends = "owner admin agent";
    private const string Manages = "owner admin";
    private const string Audits = "owner auditor";
    private const string ReadsSettings = "owner admin auditor";
    private const string Owns = "owner";
    private const string OperatorReads = "operator support";
    private const string OperatorManages = "operator";

    private const string NewKey = """{"role":"agent","name":"Ann","expiresAt":"2030-01-01T00:00:00Z"}""";

    /// <summary>Paths, with all below them, that need no key, and why they need none.</summary>
    public static readonly IReadOnlyDictionary<string, string> Open = new Dictionary<string, string>
    {
        ["/healthz"] = "tells only that the process lives",
        ["/docs"] = "a page that says of nobody anything",
        ["/asyncapi"] = "a description of the topics",
        ["/dashboard"] = "a page that says of nobody anything: what it shows comes from /admin/live; and its sign-in",
        ["/openapi"] = "the same for programs",
        ["/readyz"] = "tells only whether traffic may come",
    };

    /// <summary>By method and template.</summary>
    public static readonly IReadOnlyDictionary<string, Sample> All = new Dictionary<string, Sample>
    {
        ["POST /v1/messages"] = new(
            Sends, static _ => "/v1/messages", static w => $$$"""{"to":"{{{w.Address}}}","purpose":"service","content":{"type":"text","text":"x"},"priority":"low","validitySeconds":60,"reference":"r","region":"eu","fallback":{"to":"email:ada@example.com","from":"b@example.com","content":{"type":"text","text":"y"},"afterSeconds":30},"metadata":{"a":1}}""")
        {
            Status = 202, Foreign = 202, Required = ["to", "purpose", "content", "content.type", "content.text", "fallback.to", "fallback.content.type", "fallback.content.text"], Free = ["metadata"],
        },
        ["GET /v1/messages"] = new(Reads, static w => $"/v1/messages?conversation={w.Conversation}") { Foreign = 200 },
        ["GET /v1/messages/{id}"] = new(Reads, static w => $"/v1/messages/{w.Message}"),
        ["DELETE /v1/messages/{id}"] = new(Sends, static w => $"/v1/messages/{w.Message}"),
        ["PUT /v1/templates/{name}/{language}"] = new(Manages, static w => $"/v1/templates/{w.Template}/en", static _ => """{"text":"Code {{ code }}"}""")
        {
            Foreign = 200, Required = ["text"], TooManyBytes = (6 * 4_096) + 1_025,
        },
        ["GET /v1/templates/{name}/{language}"] = new(Reads, static w => $"/v1/templates/{w.Template}/en"),
        ["DELETE /v1/templates/{name}/{language}"] = new(Manages, static w => $"/v1/templates/{w.Template}/en") { Status = 204 },
        ["GET /v1/templates"] = new(Reads, static _ => "/v1/templates") { Foreign = 200 },
        ["GET /v1/conversations"] = new(Reads, static _ => "/v1/conversations?state=open") { Foreign = 200 },
        ["GET /v1/conversations/{id}"] = new(Reads, static w => $"/v1/conversations/{w.Conversation}"),
        ["POST /v1/conversations/{id}/messages"] = new(
            Sends, static w => $"/v1/conversations/{w.Conversation}/messages", static _ => """{"content":{"type":"text","text":"x"},"purpose":"otp","priority":"low","validitySeconds":60,"reference":"r","metadata":{"a":1}}""")
        {
            Status = 202, Required = ["content", "content.type", "content.text"], Free = ["metadata"],
        },
        ["POST /v1/conversations/{id}/assign"] = new(Sends, static w => $"/v1/conversations/{w.Conversation}/assign", static _ => """{"agent":"ann"}""") { Required = ["agent"], Nullable = ["agent"], TooManyBytes = 32_769 },
        ["POST /v1/conversations/{id}/close"] = new(Sends, static w => $"/v1/conversations/{w.Conversation}/close"),
        ["POST /v1/conversations/{id}/reopen"] = new(Sends, static w => $"/v1/conversations/{w.Conversation}/reopen"),
        ["POST /v1/conversations/{id}/notes"] = new(Sends, static w => $"/v1/conversations/{w.Conversation}/notes", static _ => """{"text":"x"}""") { Status = 204, Required = ["text"], TooManyBytes = 32_769 },
        ["GET /v1/events"] = new(Reads, static _ => "/v1/events") { Streams = true, Foreign = 200 },
        ["PUT /v1/contacts/{address}"] = new(Manages, static w => $"/v1/contacts/{w.Address}", static _ => """{"timeZone":"Europe/Rome"}""") { Foreign = 200, Required = ["timeZone"], Nullable = ["timeZone"], TooManyBytes = 4097 },
        ["GET /v1/contacts/{address}"] = new(Reads, static w => $"/v1/contacts/{w.Address}") { Foreign = 200 },
        ["GET /v1/webhooks"] = new(ReadsSettings, static _ => "/v1/webhooks") { Foreign = 200 },
        ["GET /v1/webhooks/{name}"] = new(ReadsSettings, static w => $"/v1/webhooks/{w.Webhook}"),
        ["PUT /v1/webhooks/{name}"] = new(Manages, static w => $"/v1/webhooks/{w.Webhook}", static _ => """{"url":"https://hooks.example.com/x","events":["message.*"],"enabled":false}""")
        {
            Foreign = 200, Required = ["url", "events"], TooManyBytes = (16 * 1024) + 1,
        },
        ["DELETE /v1/webhooks/{name}"] = new(Manages, static w => $"/v1/webhooks/{w.Webhook}") { Status = 204 },
        ["POST /v1/webhooks/{name}/rotate"] = new(Manages, static w => $"/v1/webhooks/{w.Webhook}/rotate"),
        ["POST /v1/webhooks/{name}/test"] = new(Manages, static w => $"/v1/webhooks/{w.Webhook}/test"),
        ["POST /v1/webhooks/{name}/redeliver"] = new(Manages, static w => $"/v1/webhooks/{w.Webhook}/redeliver", static w => $$"""{"after":"{{w.Position}}"}""")
        {
            Status = 202, TooManyBytes = (16 * 1024) + 1,
        },
        ["PUT /v1/contacts/{address}/flags"] = new(Manages, static w => $"/v1/contacts/{w.Address}/flags", static _ => """{"blocked":true,"ai":false}""") { Foreign = 200, TooManyBytes = 4097 },
        ["POST /v1/consents"] = new(
            Manages, static _ => "/v1/consents", static w => $$$"""{"address":"{{{w.Address}}}","purpose":"marketing","state":"granted","source":"form","proof":{}}""")
        {
            Status = 201, Foreign = 201, Required = ["address", "purpose", "state", "source"], Free = ["proof"],
        },
        ["GET /v1/consents"] = new(Reads, static w => $"/v1/consents?address={Uri.EscapeDataString(w.Address)}") { Foreign = 200 },
        ["PUT /admin/tenants/{tenant}"] = new(
            OperatorManages, static w => $"/admin/tenants/{w.Tenant}", static _ => """{"name":"B","senders":["+39300"],"region":"eu","timeZone":"UTC","quietHours":{"from":"21:00","to":"08:00"},"limits":{"perSecond":1,"perChannel":{"sms":1},"perRecipient":{"count":1,"windowSeconds":1}},"keywords":[{"word":"x","match":"exact","number":"48500","action":"help","reply":"y"}],"stop":"all"}""")
        {
            Required = ["name", "quietHours.from", "quietHours.to", "keywords[0].word", "limits.perRecipient.count", "limits.perRecipient.windowSeconds"],
        },
        ["GET /admin/tenants"] = new(OperatorReads, static _ => "/admin/tenants"),
        ["GET /admin/tenants/{tenant}"] = new(OperatorReads, static w => $"/admin/tenants/{w.Tenant}"),
        ["DELETE /admin/tenants/{tenant}"] = new(OperatorManages, static w => $"/admin/tenants/{w.Tenant}") { Status = 202 },
        ["POST /admin/tenants/{tenant}/keys"] = new(OperatorManages, static w => $"/admin/tenants/{w.Tenant}/keys", static _ => NewKey) { Status = 201, Required = ["role"], TooManyBytes = 4097 },
        ["DELETE /admin/tenants/{tenant}/keys/{id}"] = new(OperatorManages, static w => $"/admin/tenants/{w.Tenant}/keys/{w.Key}") { Status = 204 },
        ["GET /admin/tenants/{tenant}/keys"] = new(OperatorReads, static w => $"/admin/tenants/{w.Tenant}/keys"),
        ["GET /v1/keys"] = new(Owns, static _ => "/v1/keys") { Foreign = 200 },
        ["POST /v1/keys"] = new(Owns, static _ => "/v1/keys", static _ => NewKey) { Status = 201, Foreign = 201, Required = ["role"], TooManyBytes = 4097 },
        ["DELETE /v1/keys/{id}"] = new(Owns, static w => $"/v1/keys/{w.Key}") { Status = 204 },
        ["GET /admin/keys"] = new(OperatorReads, static _ => "/admin/keys"),
        ["POST /admin/keys"] = new(OperatorManages, static _ => "/admin/keys", static _ => NewKey.Replace("agent", "support", StringComparison.Ordinal)) { Status = 201, Required = ["role"], TooManyBytes = 4097 },
        ["DELETE /admin/keys/{id}"] = new(OperatorManages, static _ => "/admin/keys/id-support") { Status = 204 },
        ["PUT /admin/providers/{provider}"] = new(
            OperatorManages, static _ => "/admin/providers/p", static _ => """{"kind":"loopback","channels":["sms"],"region":"eu","cost":1,"limits":{"perSecond":1,"inFlight":1},"enabled":true,"settings":{}}""")
        {
            Required = ["kind", "channels"], Free = ["settings"],
        },
        ["GET /admin/providers/{provider}"] = new(OperatorReads, static _ => "/admin/providers/p"),
        ["GET /admin/providers"] = new(OperatorReads, static _ => "/admin/providers"),
        ["DELETE /admin/providers/{provider}"] = new(OperatorManages, static _ => "/admin/providers/p") { Status = 204 },
        ["POST /admin/providers/{provider}/drain"] = new(OperatorManages, static _ => "/admin/providers/p/drain"),
        ["POST /admin/providers/{provider}/resume"] = new(OperatorManages, static _ => "/admin/providers/p/resume"),
        ["GET /admin/live"] = new(OperatorReads, static _ => "/admin/live") { Streams = true },
        ["POST /admin/tenants/{tenant}/credit"] = new(
            OperatorManages, static w => $"/admin/tenants/{w.Tenant}/credit", static _ => """{"amount":1.5,"reference":"r"}""") { Required = ["amount", "reference"] },
        ["GET /admin/usage"] = new(OperatorReads, static w => $"/admin/usage?tenant={w.Tenant}&from=2026-03-01"),
        ["GET /v1/usage"] = new(Reads, static _ => "/v1/usage?from=2026-03-01") { Foreign = 200 },
        ["GET /admin/silos"] = new(OperatorReads, static _ => "/admin/silos"),
        ["PUT /admin/routes"] = new(OperatorManages, static _ => "/admin/routes", static _ => """{"routes":[]}""") { Required = ["routes"], TooManyBytes = (2 * 1024 * 1024) + 1 },
        ["GET /admin/routes"] = new(OperatorReads, static _ => "/admin/routes"),
        ["GET /admin/audit"] = new(OperatorReads, static _ => "/admin/audit"),
        ["GET /v1/audit"] = new(Audits, static _ => "/v1/audit") { Foreign = 200 },
        ["GET /admin/queues"] = new(OperatorReads, static _ => "/admin/queues"),
        ["DELETE /admin/queues"] = new(OperatorManages, static _ => "/admin/queues?purpose=marketing"),
        ["GET /admin/shards"] = new(OperatorReads, static _ => "/admin/shards"),
        ["GET /admin/deadletters"] = new(OperatorReads, static _ => "/admin/deadletters"),
        ["POST /admin/deadletters/replay"] = new(OperatorManages, static _ => "/admin/deadletters/replay", static _ => "{}"),
    };

    /// <summary>The sample of an endpoint.</summary>
    public static Sample Of(string endpoint) => All.TryGetValue(endpoint, out Sample? sample)
        ? sample
        : throw new InvalidOperationException($"'{endpoint}' is mapped and has no sample: add one to tests/Router.FrontDoor.Tests/Suites/Samples.cs (who may, path, a right body), so that its refusals are tested");
}
