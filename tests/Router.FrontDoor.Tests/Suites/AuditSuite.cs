using Router.Engine.Audit;
using Router.FrontDoor.Access;
using Router.FrontDoor.Audit;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests.Suites;

/// <summary>Every change leaves one line, and nothing else does (R6.3): every endpoint as it is mapped.</summary>
public sealed class AuditSuite
{
    // What changes something and leaves no line, because the journal itself tells of it.
    private static readonly string[] OfMessages = ["POST /v1/messages", "DELETE /v1/messages/{id}", "POST /v1/conversations/{id}/messages"];

    public static TheoryData<string> Changes => [.. Mapped.Guarded.Where(static e => ChangeAudit.IsChange(e.Value)).Select(static e => e.Key)];

    public static TheoryData<string> Others => [.. Mapped.Guarded.Where(static e => !ChangeAudit.IsChange(e.Value)).Select(static e => e.Key)];

    [Fact]
    public void Whatever_is_not_read_is_a_change_but_for_messages() =>
        Assert.Equal(OfMessages.Order(), Mapped.Guarded.Where(static e => e.Value.Method != "GET" && !ChangeAudit.IsChange(e.Value)).Select(static e => e.Key).Order());

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_leaves_exactly_one_line_without_content_address_or_secret(string endpoint)
    {
        Sample sample = Samples.Of(endpoint);
        await using TestDoor door = await TestDoor.OpenAsync();
        (World own, _) = await World.MakeAsync(door);
        Assert.True(sample.Status < 400, "the sample changes nothing: have World make what it needs");
        int before = door.Audit.Entries.Count;
        string role = sample.Allowed.Split(' ')[0];

        Call call = await Call.SendAsync(door, endpoint, sample, own, door.Keys[role]);

        Assert.True(call.Status == sample.Status, $"{call.Status} {call.Text}");
        AuditEntry line = Assert.Single(door.Audit.Entries.Skip(before));
        Assert.Equal(ChangeAudit.ActionOf(Mapped.Guarded[endpoint]), line.Action);
        Assert.Equal((role == "operator" ? "operator" : "id-" + role, "127.0.0.1", AuditResult.Done), (line.Actor, line.From, line.Result));
        Assert.Equal(role, Permissions.WordOf(line.Role));
        bool isTenants = role != "operator" || endpoint.Contains("{tenant}", StringComparison.Ordinal);
        Assert.Equal(isTenants ? (1, "acme") : (0, ""), (line.Tenant, line.TenantName));
        Assert.Equal(door.Time.GetUtcNow().ToUnixTimeMilliseconds(), line.AtMs);
        string text = line.ToString();

        // A name in the path is what the line is about; all else that bears the mark is content.
        Assert.True(sample.Path(own).Contains(own.Mark, StringComparison.Ordinal) || !text.Contains(own.Mark, StringComparison.Ordinal), text);
        Assert.DoesNotContain(own.Address["sms:+".Length..], text, StringComparison.Ordinal);
        Assert.DoesNotContain("rk_", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task What_is_refused_leaves_no_line(string endpoint)
    {
        Sample sample = Samples.Of(endpoint);
        await using TestDoor door = await TestDoor.OpenAsync();
        (World own, _) = await World.MakeAsync(door);
        int before = door.Audit.Entries.Count;

        await Call.SendAsync(door, endpoint, sample, own, null);
        await Call.SendAsync(door, endpoint, sample, own, door.Keys[sample.Allows("operator") ? "owner" : "operator"]);
        await Call.SendAsync(door, Call.MethodOf(endpoint), sample.Path(own) + "?no-such-parameter=1", door.Keys[sample.Allowed.Split(' ')[0]]);
        if (sample.Body is not null)
        {
            Call malformed = await Call.SendAsync(door, Call.MethodOf(endpoint), sample.Path(own), door.Keys[sample.Allowed.Split(' ')[0]], "["u8.ToArray());
            malformed.Answer.IsProblem(400, "malformed_json");
        }

        Assert.Equal(before, door.Audit.Entries.Count);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_whose_line_is_not_kept_is_not_answered(string endpoint)
    {
        Sample sample = Samples.Of(endpoint);
        await using TestDoor door = await TestDoor.OpenAsync();
        (World own, _) = await World.MakeAsync(door);
        door.Audit.Unavailable = true;

        Call call = await Call.SendAsync(door, endpoint, sample, own, door.Keys[sample.Allowed.Split(' ')[0]]);

        call.Answer.IsProblem(503, "unavailable");
        Assert.DoesNotContain("rk_", call.Text, StringComparison.Ordinal);
        Assert.Contains(door.Log.Lines, static line => line.Contains("no line in the audit log", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task What_is_read_or_sent_leaves_no_line(string endpoint)
    {
        Sample sample = Samples.Of(endpoint);
        await using TestDoor door = await TestDoor.OpenAsync();
        (World own, _) = await World.MakeAsync(door);
        int before = door.Audit.Entries.Count;

        await Call.SendAsync(door, endpoint, sample, own, door.Keys[sample.Allowed.Split(' ')[0]]);

        Assert.Equal(before, door.Audit.Entries.Count);
    }
}
