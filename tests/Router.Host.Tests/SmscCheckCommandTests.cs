using Router.Host.Checks;

namespace Router.Host.Tests;

/// <summary>The arguments of <c>smsc-check</c>. What it does on the wire is tested beside the providers, and with the real program in the end-to-end tests.</summary>
public sealed class SmscCheckCommandTests
{
    [Theory]
    [InlineData("HOST:PORT is missing", "--system-id", "a")]
    [InlineData("--system-id is missing", "127.0.0.1")]
    [InlineData("PORT is 99999; set it to a whole number from 1 to 65535", "127.0.0.1:99999", "--system-id", "a")]
    [InlineData("PORT is \"x\"", "[::1]:x", "--system-id", "a")]
    [InlineData("b is one argument too many", "a", "b", "--system-id", "a")]
    [InlineData("--quick is not an option", "a", "--quick")]
    [InlineData("--password is not there, for arguments are seen by all; use --password-file", "a", "--password", "geheim")]
    [InlineData("--system-id has no value", "a", "--system-id")]
    [InlineData("--tls is there twice", "a", "--tls", "--tls")]
    [InlineData("--bind is both", "a", "--system-id", "a", "--bind", "both")]
    [InlineData("--to is no number; write + and 7 to 15 digits", "a", "--system-id", "a", "--to", "393331234567")]
    [InlineData("--to needs a bind that sends", "a", "--system-id", "a", "--to", "+393331234567", "--bind", "receiver")]
    [InlineData("--from is no sender", "a", "--system-id", "a", "--from", "a sender's name that is long")]
    [InlineData("--wait is -1; set it to 0 to 3600", "a", "--system-id", "a", "--wait", "-1")]
    [InlineData("--timeout is 0; set it to a whole number from 1 to 600", "a", "--system-id", "a", "--timeout", "0")]
    [InlineData("--tls-server-name is set but settings.tls is not", "a", "--system-id", "a", "--tls-server-name", "b")]
    [InlineData("Could not find file", "a", "--system-id", "a", "--settings", "/nowhere.json")]
    public async Task A_wrong_argument_is_named_with_the_remedy(string words, params string[] arguments)
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "geheim\n", TestContext.Current.CancellationToken);
        using var output = new StringWriter();
        using var errors = new StringWriter();
        int code = await SmscCheckCommand.RunAsync([.. arguments, .. arguments[^1] == "--system-id" ? (string[])[] : ["--password-file", file]], output, errors);
        File.Delete(file);
        Assert.Equal((ExitCode.Settings, ""), (code, output.ToString()));
        Assert.Contains(words, errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_tells_every_option()
    {
        using var output = new StringWriter();
        Assert.Equal(0, await SmscCheckCommand.RunAsync(["--help"], output, TextWriter.Null));
        foreach (string option in (string[])["--system-id", "--password-file", "--to", "--from", "--text", "--bind", "--wait", "--timeout", "--system-type", "--address-range", "--tls", "--tls-ca", "--tls-server-name", "--settings"])
        {
            Assert.Contains(option + " ", output.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_password_may_come_from_a_file_and_nobody_listens()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "geheim\n", TestContext.Current.CancellationToken);
        using var output = new StringWriter();
        int code = await SmscCheckCommand.RunAsync(["127.0.0.1:1", "--system-id", "me", "--password-file", file], output, TextWriter.Null);
        File.Delete(file);
        Assert.Equal(ExitCode.CheckFailed, code);
        Assert.Contains("could not connect to 127.0.0.1:1: ConnectionRefused", output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("FAILED\n", output.ToString(), StringComparison.Ordinal);
    }
}
