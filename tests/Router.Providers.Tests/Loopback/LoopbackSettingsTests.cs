using Router.Core.Tenants;
using Router.Providers.Loopback;

namespace Router.Providers.Tests.Loopback;

public sealed class LoopbackSettingsTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"latencyMs":0,"failureRate":0,"throttleRate":0,"receipts":"delivered"}""")]
    [InlineData("""{"latencyMs":60000,"failureRate":0.5,"throttleRate":0.5,"receipts":"none"}""")]
    public void Settings_within_their_ranges_are_right(string settings) => Assert.Null(new LoopbackProviderFactory().Validate(settings));

    [Theory]
    [InlineData("", "settings", "JSON object")]
    [InlineData("[]", "settings is an array", "JSON object")]
    [InlineData("""{"latencyMs":60001}""", "settings.latencyMs is 60001", "0 to 60000")]
    [InlineData("""{"latencyMs":"5"}""", "settings.latencyMs is \"5\"", "0 to 60000")]
    [InlineData("""{"latencyMs":1.5}""", "settings.latencyMs is 1.5", "0 to 60000")]
    [InlineData("""{"latencyMs":null}""", "settings.latencyMs is null", "0 to 60000")]
    [InlineData("""{"failureRate":1.1}""", "settings.failureRate is 1.1", "0 to 1")]
    [InlineData("""{"throttleRate":-0.1}""", "settings.throttleRate is -0.1", "0 to 1")]
    [InlineData("""{"throttleRate":0.6,"failureRate":0.6}""", "settings.failureRate and settings.throttleRate", "lower one")]
    [InlineData("""{"receipts":"sometimes"}""", "settings.receipts is \"sometimes\"", "delivered, none")]
    [InlineData("""{"latency":5}""", "settings.latency is not a field of loopback", "remove it")]
    [InlineData("""{"latencyMs":5,"latencyMs":6}""", "settings", "repeated")]
    public void A_wrong_setting_is_named_with_value_range_and_remedy(string settings, string names, string remedy)
    {
        SettingsFault? fault = new LoopbackProviderFactory().Validate(settings);
        Assert.NotNull(fault);
        Assert.Contains(names, fault.Detail, StringComparison.Ordinal);
        Assert.Contains(remedy, fault.Detail, StringComparison.Ordinal);
        Assert.Equal(names.Split(' ')[0], fault.Field);
        Assert.False(fault.NotAvailable);
    }
}
