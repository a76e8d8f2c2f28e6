using Microsoft.Extensions.Logging.Abstractions;
using Router.Core.Tenants;
using Router.Providers.Smpp;

namespace Router.Providers.Tests.Smpp;

public sealed class SmppSettingsTests
{
    private const string Needed = "\"host\":\"smsc.example\",\"systemId\":\"router\",\"password\":\"secret\"";

    [Fact]
    public void Only_host_and_credentials_are_needed()
    {
        SmppSettings settings = SmppSettings.Parse($"{{{Needed}}}", out SettingsFault? fault)!;
        Assert.Null(fault);
        Assert.Equal((2_775, 1, 10, 30, 30, false, IdForm.Auto), (
            settings.Port, settings.Binds, settings.Window, settings.EnquireLinkSeconds, settings.ResponseTimeoutSeconds, settings.Pairs, settings.IdForm));
    }

    [Fact]
    public void All_fields_are_taken()
    {
        SmppSettings settings = SmppSettings.Parse(
            $$"""{{{Needed}},"port":3000,"systemType":"vma","bind":"transmitter+receiver","binds":64,"window":10000,"enquireLinkSeconds":5,"responseTimeoutSeconds":6,"tls":false,"idForm":"hex"}""", out _)!;
        Assert.Equal((3_000, "vma", true, 64, 10_000, 5, 6, IdForm.Hex), (
            settings.Port, settings.SystemType, settings.Pairs, settings.Binds, settings.Window, settings.EnquireLinkSeconds, settings.ResponseTimeoutSeconds, settings.IdForm));
    }

    [Theory]
    [InlineData("", "settings.host is missing", "set it to")]
    [InlineData("\"host\":\"a\"", "settings.systemId is missing", "1 to 64")]
    [InlineData("\"host\":\"a\",\"systemId\":\"b\"", "settings.password is missing", "0 to 64")]
    [InlineData(Needed + ",\"port\":0", "settings.port is 0", "1 to 65535")]
    [InlineData(Needed + ",\"port\":\"x\"", "settings.port is \"x\"", "1 to 65535")]
    [InlineData(Needed + ",\"binds\":65", "settings.binds is 65", "1 to 64")]
    [InlineData(Needed + ",\"window\":10001", "settings.window is 10001", "1 to 10000")]
    [InlineData(Needed + ",\"enquireLinkSeconds\":0", "settings.enquireLinkSeconds is 0", "1 to 3600")]
    [InlineData(Needed + ",\"responseTimeoutSeconds\":601", "settings.responseTimeoutSeconds is 601", "1 to 600")]
    [InlineData(Needed + ",\"bind\":\"receiver\"", "settings.bind is \"receiver\"", "transmitter+receiver")]
    [InlineData(Needed + ",\"idForm\":\"octal\"", "settings.idForm is \"octal\"", "auto, hex, dec")]
    [InlineData(Needed + ",\"tls\":true", "settings.tls is true", "not available")]
    [InlineData(Needed + ",\"tls\":1", "settings.tls is 1", "true or false")]
    [InlineData(Needed + ",\"version\":5", "settings.version is not a field of smpp", "remove it")]
    public void A_wrong_setting_is_named_with_value_range_and_remedy(string fields, string names, string remedy)
    {
        SettingsFault? fault = new SmppProviderFactory(NullLoggerFactory.Instance).Validate($"{{{fields}}}");
        Assert.NotNull(fault);
        Assert.Contains(names, fault.Detail, StringComparison.Ordinal);
        Assert.Contains(remedy, fault.Detail, StringComparison.Ordinal);
        Assert.Equal(names.Split(' ')[0], fault.Field);
        Assert.Equal(remedy == "not available", fault.NotAvailable);
    }

    [Fact]
    public void A_password_is_never_shown()
    {
        string? error = new SmppProviderFactory(NullLoggerFactory.Instance).Validate("""{"host":"a","systemId":"b","password":"geheim\u00fc"}""")?.Detail;
        Assert.Contains("settings.password", error, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", SmppSettings.Parse($"{{{Needed}}}", out _)!.ToString(), StringComparison.Ordinal);
    }
}
