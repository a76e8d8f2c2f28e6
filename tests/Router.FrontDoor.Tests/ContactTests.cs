using Router.Core.Messages;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary>Flags and consents of contacts.</summary>
public sealed class ContactTests
{
    [Fact]
    public async Task Flags_are_set_one_by_one_and_answered_all()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer first = await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567/flags", "{\"blocked\":true,\"profiling\":false}");
        Answer second = await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567/flags", "{\"minor\":true,\"ai\":true,\"blocked\":false}");
        Answer third = await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567/flags", "{}");

        Assert.Equal("""{"address":"sms:+393331234567","blocked":true,"restricted":false,"minor":false,"profiling":false}""", first.Text);
        Assert.Equal("""{"address":"sms:+393331234567","blocked":false,"restricted":false,"minor":true,"profiling":false,"ai":true}""", second.Text);
        Assert.Equal(second.Text, third.Text);
        Assert.Equal(2, door.Journal.Store.Commits);
    }

    [Fact]
    public async Task A_contacts_time_zone_is_set_shown_and_taken_away()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer none = await door.SendAsync("GET", "/v1/contacts/sms:%2B393331234567");
        await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567/flags", "{\"ai\":true}");
        Answer set = await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567", "{\"timeZone\":\"America/New_York\"}");
        Answer shown = await door.SendAsync("GET", "/v1/contacts/sms:+393331234567", role: "auditor");
        Answer away = await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567", "{\"timeZone\":null}");

        Assert.Equal("""{"address":"sms:+393331234567","blocked":false,"restricted":false,"minor":false}""", none.Text);
        Assert.Equal("""{"address":"sms:+393331234567","blocked":false,"restricted":false,"minor":false,"ai":true,"timeZone":"America/New_York"}""", set.Text);
        Assert.Equal(set.Text, shown.Text);
        Assert.Equal("""{"address":"sms:+393331234567","blocked":false,"restricted":false,"minor":false,"ai":true}""", away.Text);
        Assert.Equal(away.Text, (await door.SendAsync("GET", "/v1/contacts/sms:+393331234567")).Text);
    }

    [Fact]
    public async Task A_slash_in_a_contacts_own_path_is_part_of_its_address()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer set = await door.SendAsync("PUT", "/v1/contacts/email:a%2Fb@example.com", "{\"timeZone\":\"UTC\"}");

        Assert.Equal("email:a/b@example.com", set.Json.GetProperty("address").GetString());
    }

    [Theory]
    [InlineData("sms:+393330000000/../sms:+393331234567", "sms:+393331234567")]
    [InlineData("sms:+393330000000/%2e%2e/sms:+393331234567?", "sms:+393331234567")]
    [InlineData("email:a%2fb@example.com", "email:a/b@example.com")]
    [InlineData("email:a%252fb@example.com", "email:a%2fb@example.com")]
    public async Task A_contact_is_the_one_that_the_path_leads_to(string path, string address)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection connection = await door.ConnectAsync();
        await connection.SendHeadAsync("GET", "/v1/contacts/" + path, door.Key);
        Assert.StartsWith("HTTP/1.1 200", await connection.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.StartsWith($$"""{"address":"{{address}}",""", await connection.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "missing_field", "timeZone")]
    [InlineData("{\"timeZone\":1}", "invalid_value", "timeZone")]
    [InlineData("{\"timeZone\":\"\"}", "invalid_value", "timeZone")]
    [InlineData("{\"timeZone\":\"europe/rome\"}", "invalid_value", "timeZone")]
    [InlineData("{\"timeZone\":\"Mars/Olympus\"}", "invalid_value", "timeZone")]
    [InlineData("{\"timeZone\":\"UTC\",\"blocked\":true}", "unknown_field", "blocked")]
    public async Task A_wrong_time_zone_is_refused(string body, string code, string field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567", body)).IsProblem(400, code, field);
        Assert.Equal(0, door.Journal.Store.Commits);
    }

    [Theory]
    [InlineData("sms:%2B393331234567")]
    [InlineData("sms%3A%2b393331234567")]
    [InlineData("sms:+393331234567")]
    public async Task An_address_in_a_path_may_be_escaped(string address)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer answer = await door.SendAsync("PUT", $"/v1/contacts/{address}/flags", "{\"blocked\":true}");

        Assert.Equal("sms:+393331234567", answer.Json.GetProperty("address").GetString());
        Assert.True((await door.Journal.FindFlagsAsync(door.Hash.Contact(1, Channel.Sms, "+393331234567"u8), CancellationToken.None)).Blocked);
    }

    [Fact]
    public async Task A_slash_in_an_address_is_not_one_of_the_path()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer answer = await door.SendAsync("PUT", "/v1/contacts/email:a%2Fb@example.com/flags", "{\"blocked\":true}");

        Assert.Equal("email:a/b@example.com", answer.Json.GetProperty("address").GetString());
    }

    [Theory]
    [InlineData("sms:123")]
    [InlineData("pigeon:1")]
    [InlineData("nonsense")]
    public async Task What_is_no_address_is_400(string address)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("PUT", $"/v1/contacts/{address}/flags", "{}")).IsProblem(400, "invalid_address", "address");
        (await door.SendAsync("GET", $"/v1/consents?address={address}")).IsProblem(400, "invalid_address", "address");
        (await door.SendAsync("POST", "/v1/consents", $$"""{"address":"{{address}}","purpose":"otp","state":"granted","source":"web"}""")).IsProblem(400, "invalid_address", "address");
    }

    [Theory]
    [InlineData("{\"blocked\":1}", "invalid_value")]
    [InlineData("{\"blocked\":null}", "invalid_value")]
    [InlineData("{\"suppressed\":true}", "unknown_field")]
    [InlineData("{\"blocked\":true,\"blocked\":false}", "duplicate_field")]
    [InlineData("{\"\\ud800\":true}", "malformed_json")]
    [InlineData("[true]", "malformed_json")]
    [InlineData("", "malformed_json")]
    public async Task A_wrong_body_is_400(string body, string code)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567/flags", body)).IsProblem(400, code);
    }

    [Fact]
    public async Task Flags_of_one_tenant_are_not_anothers()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567/flags", "{\"blocked\":true}");

        Answer theirs = await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567/flags", "{}", "other");

        Assert.False(theirs.Json.GetProperty("blocked").GetBoolean());
    }

    [Fact]
    public async Task A_consent_is_recorded_and_listed()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer granted = await door.SendAsync("POST", "/v1/consents", """{"address":"sms:+393331234567","purpose":"marketing","state":"granted","source":"web","proof":{}}""");
        Answer withdrawn = await door.SendAsync("POST", "/v1/consents", """{"address":"sms:+393331234567","purpose":"service","state":"withdrawn","source":"phone"}""");
        Answer listed = await door.SendAsync("GET", "/v1/consents?address=sms:%2B393331234567");
        Answer unescaped = await door.SendAsync("GET", "/v1/consents?address=sms:+393331234567");

        Assert.Equal(201, granted.Status);
        Assert.Equal("""{"address":"sms:+393331234567","purpose":"marketing","state":"granted"}""", granted.Text);
        Assert.Equal(201, withdrawn.Status);
        Assert.Equal(
            """{"items":[{"address":"sms:+393331234567","purpose":"service","state":"withdrawn"},{"address":"sms:+393331234567","purpose":"marketing","state":"granted"}]}""",
            listed.Text);
        Assert.Equal(listed.Text, unescaped.Text);
        Assert.Equal("""{"items":[]}""", (await door.SendAsync("GET", "/v1/consents?address=sms:%2B393331234567", role: "other")).Text);
    }

    [Theory]
    [InlineData("""{"purpose":"otp","state":"granted","source":"web"}""", "missing_field", "address")]
    [InlineData("""{"address":"sms:+393331234567","state":"granted","source":"web"}""", "missing_field", "purpose")]
    [InlineData("""{"address":"sms:+393331234567","purpose":"otp","source":"web"}""", "missing_field", "state")]
    [InlineData("""{"address":"sms:+393331234567","purpose":"otp","state":"granted"}""", "missing_field", "source")]
    [InlineData("""{"address":"sms:+393331234567","purpose":"spam","state":"granted","source":"web"}""", "invalid_value", "purpose")]
    [InlineData("""{"address":"sms:+393331234567","purpose":"otp","state":"perhaps","source":"web"}""", "invalid_value", "state")]
    [InlineData("""{"address":"sms:+393331234567","purpose":"otp","state":"granted","source":""}""", "invalid_value", "source")]
    [InlineData("""{"address":"sms:+393331234567","purpose":"otp","state":"granted","source":"web","proof":{"ip":"::1"}}""", "not_available", "proof")]
    [InlineData("""{"address":"sms:+393331234567","purpose":"otp","state":"granted","source":"web","proof":7}""", "invalid_value", "proof")]
    public async Task A_wrong_consent_is_400(string body, string code, string field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("POST", "/v1/consents", body)).IsProblem(400, code, field);
    }

    [Theory]
    [InlineData("", "invalid_parameter")]
    [InlineData("?address=", "invalid_parameter")]
    [InlineData("?address=sms:%2B393331234567&x=1", "unknown_parameter")]
    public async Task A_wrong_query_is_400(string query, string code)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync("GET", "/v1/consents" + query)).IsProblem(400, code);
    }

    [Fact]
    public async Task What_could_not_be_kept_is_503()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Journal.NextOutcome(Engine.Journal.PartOutcome.Refused);

        (await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567/flags", "{\"blocked\":true}")).IsProblem(503, "unavailable");
    }
}
