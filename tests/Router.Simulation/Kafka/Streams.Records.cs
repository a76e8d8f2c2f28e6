using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Router.Simulation.Model;

namespace Router.Simulation.Kafka;

/// <content>What tenants and gateways write: messages, some under an id that was used before, with the same body or another, some that nobody can read.</content>
internal sealed partial class Streams
{
    private const int RecordsMax = 250;
    private const string SharedOutbound = "router.outbound";
    private const string Receipts = "router.channel.receipts";
    private const string Inbound = "router.channel.inbound";
    private readonly List<StreamRecord> written = [];

    /// <summary>Tenants write some records.</summary>
    public bool Produce()
    {
        if (written.Count >= RecordsMax)
        {
            return false;
        }

        for (int i = 1 + Run.Random.Next(6); i > 0; i--)
        {
            Produce(Run.Random.NextDouble());
        }

        return true;
    }

    /// <summary>A gateway tells a receipt.</summary>
    public void Tell(ulong key, string status, Action told) => Append(Receipts, new StreamRecord(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $$"""{"provider":"p","providerMessageId":"{{key}}","status":"{{status}}","at":"2026-01-01T00:00:00Z"}"""))) { AtMs = Run.Time.NowMs, Told = told });

    /// <summary>A gateway tells what an end user wrote.</summary>
    public void Tell(string from, string to, string text, string id, Action told) => Append(Inbound, new StreamRecord(Encoding.UTF8.GetBytes(
        $$$"""{"provider":"p","from":"sms:{{{from}}}","to":"{{{to}}}","content":{"type":"text","text":"{{{text}}}"},"providerMessageId":"{{{id}}}"}""")) { AtMs = Run.Time.NowMs, Told = told });

    private static string OutboundOf(TenantPlan tenant) => SharedOutbound + "." + tenant.Name;

    private void Produce(double draw)
    {
        StreamRecord? before = written.Count > 0 ? written[Run.Random.Next(written.Count)] : null;
        if (draw < 0.08)
        {
            Run.Coverage.Count("fault: a record that nobody can read");
            byte[] body = Run.DrawStreamWish("torn").Body();
            Append(Topic(Run.Plan.Tenants[0]), new StreamRecord(body[..Run.Random.Next(body.Length)]) { AtMs = Run.Time.NowMs, Headers = HeadersOf(Run.Plan.Tenants[0], null) });
        }
        else if (draw < 0.12)
        {
            Run.Coverage.Count("fault: a record of nobody's");
            Append(SharedOutbound, new StreamRecord(Run.DrawStreamWish("nobody").Body()) { AtMs = Run.Time.NowMs });
        }
        else if (draw < 0.24 && before is { Wish: { } same, Key: { } key })
        {
            Run.Coverage.Count("fault: a record was written twice");
            Write(same, key);
        }
        else if (draw < 0.3 && before is { Wish: { } other, Key: { } used })
        {
            Run.Coverage.Count("fault: an id was used again");
            Write(Run.DrawStreamWish("again", other.Tenant), used);
        }
        else
        {
            Write(Run.DrawStreamWish("kafka"), Run.Chance(0.8) ? string.Create(CultureInfo.InvariantCulture, $"id-{written.Count}") : null);
        }
    }

    private void Write(Wish wish, string? key)
    {
        TenantPlan tenant = Run.Plan.Tenant(wish.Tenant);
        Append(Topic(tenant), new StreamRecord(wish.Body()) { AtMs = Run.Time.NowMs, Wish = wish, Key = key, Headers = HeadersOf(tenant, key) });
    }

    private string Topic(TenantPlan tenant) => Run.Chance(0.7) ? OutboundOf(tenant) : SharedOutbound;

    private static Headers HeadersOf(TenantPlan tenant, string? key)
    {
        Headers headers = [new Header("ce_tenant", Encoding.UTF8.GetBytes(tenant.Name))];
        if (key is not null)
        {
            headers.Add("ce_source", "/simulation"u8.ToArray());
            headers.Add("ce_id", Encoding.ASCII.GetBytes(key));
        }

        return headers;
    }

    private void Append(string topic, StreamRecord record)
    {
        Broker.Append(new TopicPartition(topic, Run.Random.Next(TopicCounts[topic])), record);
        written.Add(record);
    }
}
