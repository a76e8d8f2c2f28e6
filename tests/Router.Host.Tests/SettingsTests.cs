using Microsoft.Extensions.Logging;
using Router.Host.Settings;

namespace Router.Host.Tests;

/// <summary>Settings come from files, environment and arguments; each mistake is one line that names setting, value, what is right and the remedy (DESIGN §6, STYLE 25).</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("router-settings-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public void Without_any_settings_the_documented_defaults_hold()
    {
        HostSettings settings = Right();

        Assert.Equal("http://127.0.0.1:8080/", settings.HttpUrl.AbsoluteUri);
        Assert.Equal("./data", settings.StoragePath);
        Assert.Null(settings.FrontDoor.OperatorKey);
        Assert.Null(settings.ClusterAddress);
        Assert.Equal(LogLevel.Information, settings.LogLevel);
    }

    [Fact]
    public void Help_tells_every_setting_and_what_is_right_for_it()
    {
        Assert.True(HelpText.IsAsked(["--help"]));
        Assert.False(HelpText.IsAsked(["--Http:Url=http://localhost:81", "--help"]));
        string text = HelpText.Make();
        foreach (Setting setting in SettingsTable.All.Values)
        {
            Assert.Contains($"\n  {setting.Key} ", text, StringComparison.Ordinal);
            Assert.Contains(setting.Wants, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Arguments_win_over_the_environment_and_the_environment_over_files()
    {
        const string Variable = "ROUTER__Engine__AcceptBatchMax";
        File.WriteAllText(Path.Combine(folder, "appsettings.json"), """{"Engine":{"AcceptBatchMax":1,"EntryBatchMax":64,"AcceptQueueMax":64},"Storage":{"Path":"/tmp/x"}}""");
        Environment.SetEnvironmentVariable(Variable, "2");
        Environment.SetEnvironmentVariable("ROUTER__Engine__EntryBatchMax", "65");
        try
        {
            HostSettings settings = Right("--engine:acceptbatchmax=3", "--Http:Url=http://localhost:81");

            Assert.Equal(3, settings.Engine.AcceptBatchMax);
            Assert.Equal(65, settings.Engine.EntryBatchMax);
            Assert.Equal(64, settings.Engine.AcceptQueueMax);
            Assert.Equal("/tmp/x", settings.StoragePath);
            Assert.Equal(81, settings.HttpUrl.Port);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
            Environment.SetEnvironmentVariable("ROUTER__Engine__EntryBatchMax", null);
        }
    }

    [Theory]
    [InlineData("Http:Url=https://127.0.0.1:1", "Http:Url is 'https://127.0.0.1:1': give http://ADDRESS:PORT")]
    [InlineData("Http:Url=http://example.org:1", "Http:Url is 'http://example.org:1': give")]
    [InlineData("Http:Url=http://127.0.0.1:1/x", "Http:Url is 'http://127.0.0.1:1/x': give")]
    [InlineData("Http:Url=8080", "Http:Url is '8080': give")]
    [InlineData("Http:Url=http://hunter2:hunter2@127.0.0.1:1", "Http:Url is 'http://…@127.0.0.1:1': give")]
    [InlineData("Http:Url=hunter2@127.0.0.1:1", "Http:Url is '…@127.0.0.1:1': give")]
    [InlineData("Http:Url=http://user:hunter2@evil@127.0.0.1:1", "Http:Url is 'http://…@127.0.0.1:1': give")]
    [InlineData("Http:ConnectionsMax=1000001", "Http:ConnectionsMax is '1000001': give a number from 1 to 1000000")]
    [InlineData("Http:StreamIdleSeconds=0", "Http:StreamIdleSeconds is '0': give a number from 1 to 86400")]
    [InlineData("Http:HeartBeatSeconds=1.5", "Http:HeartBeatSeconds is '1.5': give a number from 1 to 86400")]
    [InlineData("Cluster:Address=10.0.0.1:11111", "Cluster:Address is not available in this version: leave it out")]
    [InlineData("Cluster:Address=0.0.0.0:11111", "Cluster:Address is not available in this version: leave it out")]
    [InlineData("Http:StreamInFlightMax=0", "Http:StreamInFlightMax is '0': give a number from 1 to 32768")]
    [InlineData("Engine:AcceptBatchMax=4097", "Engine:AcceptBatchMax is 4097: give a number from 1 to 4096")]
    [InlineData("Engine:AcceptBatchMax=many", "Engine:AcceptBatchMax is 'many': give a number from 1 to 4096")]
    [InlineData("Cluster:Address=127.0.0.1", "Cluster:Address is '127.0.0.1': give IP:PORT")]
    [InlineData("Oidc:Authority=http://example.org", "Oidc:Authority is not https://HOST…, or http:// on loopback")]
    [InlineData("Oidc:Authority=https://example.org", "Oidc:Audience is not 1 to 256 characters: give")]
    [InlineData("Oidc:Audience=router", "Oidc:Audience is set without Oidc:Authority: set both")]
    [InlineData("Oidc:RoleClaim=", "Oidc:RoleClaim is '': give 1 to 128 characters")]
    [InlineData("Log:Level=4", "Log:Level is '4': give Trace, Debug")]
    [InlineData("Log:Format=xml", "Log:Format is 'xml': give text or json")]
    [InlineData("Storage:Path=", "Storage:Path is '': give a folder's path")]
    [InlineData("Storage:Pfad=x", "Storage:Pfad is not a setting: remove it, or use one of Storage:Path")]
    [InlineData("Speicher:Path=x", "Speicher:Path is not a setting: remove it, or use one of the sections Operator, Http")]
    [InlineData("Http=x", "Http is not a setting: remove it, or use one of Http:Url")]
    [InlineData("Storage:Postgres=Host=x;Password=hunter2", "Storage:Postgres is not available in this version: leave it out")]
    [InlineData("Kafka:BootstrapServers=", "Kafka:BootstrapServers is ''")]
    [InlineData("Kafka:Partitions=0", "Kafka:Partitions is '0': give a number from 1 to 1000")]
    [InlineData("Webhooks:AllowPrivateNetworks=yes", "Webhooks:AllowPrivateNetworks is 'yes': give true where")]
    public void A_wrong_setting_is_one_line_with_its_remedy(string argument, string line)
    {
        string mistake = Assert.Single(Wrong("--" + argument));

        Assert.StartsWith(line, mistake, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', mistake);
        Assert.DoesNotContain("hunter2", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_key_is_never_shown()
    {
        string mistake = Assert.Single(Wrong("--Operator:Key=hunter2"));
        Assert.Contains("Operator:Key", mistake, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", mistake, StringComparison.Ordinal);

        Assert.DoesNotContain("hunter2", Assert.Single(Wrong("hunter2")), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_HTTP_reach_the_front_door_and_no_text_shows_the_key()
    {
        HostSettings settings = Right(
            "--Http:StreamInFlightMax=5", "--Http:ConnectionsMax=6", "--Http:StreamIdleSeconds=7", "--Http:HeartBeatSeconds=8", "--Operator:Key=hunter2-hunter2-hunter2", "--Cluster:Address=[::1]:11111");

        Assert.Equal((5, 6, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(8), "hunter2-hunter2-hunter2"), (
            settings.FrontDoor.StreamInFlightMax, settings.FrontDoor.ConnectionsMax, settings.FrontDoor.StreamIdle, settings.FrontDoor.HeartBeat, settings.FrontDoor.OperatorKey));
        Assert.Equal(11111, settings.ClusterAddress!.Port);
        Assert.Contains("Information", settings.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", settings.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", settings.FrontDoor.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_Kafka_s_client_are_handed_on_and_an_unknown_one_is_named()
    {
        HostSettings settings = Right("--Kafka:BootstrapServers=127.0.0.1:1", "--Kafka:Client:security.protocol=sasl_plaintext", "--Kafka:Client:sasl.mechanisms=PLAIN", "--Kafka:Client:sasl.username=router", "--Kafka:Client:sasl.password=hunter2");
        Assert.Equal("hunter2", settings.Kafka.Client["sasl.password"]);
        Assert.DoesNotContain("hunter2", settings.ToString(), StringComparison.Ordinal);

        Assert.Contains("no.such.setting", Assert.Single(Wrong("--Kafka:BootstrapServers=127.0.0.1:1", "--Kafka:Client:no.such.setting=1")), StringComparison.Ordinal);
        Assert.StartsWith("Kafka:Client:group.id is Router's own to set", Assert.Single(Wrong("--Kafka:BootstrapServers=127.0.0.1:1", "--Kafka:Client:group.id=x")), StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_told_at_once() => Assert.Equal(3, Wrong("--Log:Level=loud", "--Http:Url=x", "--Nothing:Here=1").Count);

    [Fact]
    public void A_file_that_is_no_JSON_is_named()
    {
        File.WriteAllText(Path.Combine(folder, "appsettings.json"), "{\"Operator\":{\"Key\":\"hunter2\"");

        string mistake = Assert.Single(Wrong());

        Assert.StartsWith("appsettings.json can't be read", mistake, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", mistake, StringComparison.Ordinal);
    }

    private HostSettings Right(params string[] arguments)
    {
        (HostSettings? settings, IReadOnlyList<string> mistakes) = SettingsReader.Read(arguments, folder);
        Assert.Empty(mistakes);
        return settings!;
    }

    private IReadOnlyList<string> Wrong(params string[] arguments)
    {
        (HostSettings? settings, IReadOnlyList<string> mistakes) = SettingsReader.Read(arguments, folder);
        Assert.Null(settings);
        return mistakes;
    }
}
