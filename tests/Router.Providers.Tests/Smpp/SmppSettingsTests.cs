using Microsoft.Extensions.Logging.Abstractions;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Providers.Smpp;
using Router.Providers.Smpp.Protocol;

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

    [Fact]
    public void What_carriers_differ_in_is_taken()
    {
        SmppSettings settings = SmppSettings.Parse(
            $$"""
            {{{Needed}},"addressRange":"^4499","addressRangeTon":1,"addressRangeNpi":8,"sourceTon":0,"shortCodeNpi":9,"longMessages":"sar","registeredDelivery":"success","defaultAlphabet":"ascii",
            "countryCode":"39","errors":{"status":{"0x45":"temporary","1044":{"is":"permanent","reason":"opted_out"},"0x400":"throttled"},"receipt":{"011":{"is":"permanent"},"2A":"temporary"} } }
            """,
            out SettingsFault? fault)!;
        Assert.Null(fault);
        Assert.Equal(("^4499", 1, 8, LongMessages.Sar, 3, Alphabet.Ascii, "39"), (
            settings.AddressRange, settings.AddressRangeTon, settings.AddressRangeNpi, settings.LongMessages, settings.RegisteredDelivery, settings.DefaultAlphabet,
            System.Text.Encoding.ASCII.GetString(settings.CountryCode.Span)));
        Assert.Equal(new AddressRules { SourceTon = 0, ShortCodeNpi = 9 }, settings.Addresses);
        Assert.True(settings.Errors!.TryFind(0x45, out ErrorMeaning meaning));
        Assert.Equal(new ErrorMeaning(ErrorClass.Temporary, Reason.None), meaning);
        Assert.True(settings.Errors.TryFind(1_044, out meaning));
        Assert.Equal(new ErrorMeaning(ErrorClass.Permanent, Reason.OptedOut), meaning);
        Assert.True(settings.Errors.TryFindReceipt(ErrorMap.KeyOf("2a"u8), out meaning));
        Assert.Equal(ErrorClass.Temporary, meaning.Class);
        Assert.False(settings.Errors.TryFind(0x46, out _));
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
    [InlineData(Needed + ",\"tlsServerName\":\"a\"", "settings.tlsServerName is set but settings.tls is not", "set settings.tls to true")]
    [InlineData(Needed + ",\"tlsCa\":\"a\"", "settings.tlsCa is set but settings.tls is not", "set settings.tls to true")]
    [InlineData(Needed + ",\"tls\":true,\"tlsCa\":\"a\"", "settings.tlsCa holds no certificates", "PEM")]
    [InlineData(Needed + ",\"tls\":true,\"tlsCa\":7", "settings.tlsCa is 7", "1 to 32768 characters")]
    [InlineData(Needed + ",\"addressRange\":\"12345678901234567890123456789012345678901\"", "settings.addressRange is", "0 to 40")]
    [InlineData(Needed + ",\"addressRangeTon\":256", "settings.addressRangeTon is 256", "0 to 255")]
    [InlineData(Needed + ",\"sourceTon\":-1", "settings.sourceTon is -1", "0 to 255")]
    [InlineData(Needed + ",\"shortCodeNpi\":\"9\"", "settings.shortCodeNpi is \"9\"", "0 to 255")]
    [InlineData(Needed + ",\"longMessages\":\"8\"", "settings.longMessages is \"8\"", "udh8, udh16, sar, message_payload")]
    [InlineData(Needed + ",\"registeredDelivery\":1", "settings.registeredDelivery is 1", "final, failure, success, none")]
    [InlineData(Needed + ",\"defaultAlphabet\":\"utf8\"", "settings.defaultAlphabet is \"utf8\"", "gsm, latin1, ascii")]
    [InlineData(Needed + ",\"countryCode\":\"039\"", "settings.countryCode is \"039\"", "such as 39")]
    [InlineData(Needed + ",\"countryCode\":\"+39\"", "settings.countryCode is \"+39\"", "such as 39")]
    [InlineData(Needed + ",\"errors\":[]", "settings.errors is []", "a JSON object")]
    [InlineData(Needed + ",\"errors\":{\"submit\":{}}", "settings.errors.submit is not a field", "status, receipt")]
    [InlineData(Needed + ",\"errors\":{\"status\":{\"0x0\":\"temporary\"}}", "settings.errors.status.0x0 is no command_status", "0x1 to 0xffffffff")]
    [InlineData(Needed + ",\"errors\":{\"status\":{\"0x1ffffffff\":\"temporary\"}}", "settings.errors.status.0x1ffffffff is no command_status", "in decimal")]
    [InlineData(Needed + ",\"errors\":{\"status\":{\"69\":\"final\"}}", "settings.errors.status.69 is \"final\"", "throttled")]
    [InlineData(Needed + ",\"errors\":{\"status\":{\"69\":\"temporary\",\"0x45\":\"temporary\"}}", "settings.errors.status.0x45 is there twice", "remove one")]
    [InlineData(Needed + ",\"errors\":{\"receipt\":{\"1\":\"throttled\"}}", "settings.errors.receipt.1 is \"throttled\"", "permanent, temporary, or")]
    [InlineData(Needed + ",\"errors\":{\"receipt\":{\"123456789\":\"temporary\"}}", "settings.errors.receipt.123456789 is no error code", "1 to 8 characters")]
    [InlineData(Needed + ",\"errors\":{\"receipt\":{\"1\":{\"is\":\"temporary\",\"reason\":\"expired\"}}}", "settings.errors.receipt.1.reason is \"expired\"", "invalid_address")]
    [InlineData(Needed + ",\"errors\":{\"receipt\":{\"1\":{\"is\":\"permanent\",\"why\":\"x\"}}}", "settings.errors.receipt.1.why is not a field", "is, reason")]
    [InlineData(Needed + ",\"errors\":{\"receipt\":{\"1\":{\"reason\":\"opted_out\"}}}", "settings.errors.receipt.1 is {", "permanent, temporary")]
    [InlineData(Needed + ",\"tls\":1", "settings.tls is 1", "true or false")]
    [InlineData(Needed + ",\"version\":5", "settings.version is not a field of smpp", "remove it")]
    public void A_wrong_setting_is_named_with_value_range_and_remedy(string fields, string names, string remedy)
    {
        SettingsFault? fault = new SmppProviderFactory(NullLoggerFactory.Instance).Validate($"{{{fields}}}");
        Assert.NotNull(fault);
        Assert.Contains(names, fault.Detail, StringComparison.Ordinal);
        Assert.Contains(remedy, fault.Detail, StringComparison.Ordinal);
        Assert.Equal(names.Split(' ')[0], fault.Field);
        Assert.False(fault.NotAvailable);
    }

    [Fact]
    public void Sms_is_all_that_smpp_carries()
    {
        var factory = new SmppProviderFactory(NullLoggerFactory.Instance);
        Assert.Equal([Channel.Sms], Enum.GetValues<Channel>().Where(factory.Carries));
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
