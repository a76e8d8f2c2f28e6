using System.Diagnostics;
using System.Globalization;
using Router.Testing.Processes;

namespace Router.EndToEnd.Tests;

/// <summary><c>smsc-check</c> as an operator runs it.</summary>
public sealed class SmscCheckTests
{
    [Theory]
    [InlineData("", 0, "OK")]
    [InlineData(",\"bindStatus\":15,\"bindRefusals\":9", 1, "ESME_RINVSYSID")]
    public async Task The_program_checks_a_carrier_and_ends(string options, int code, string words)
    {
        await using Carrier carrier = await Carrier.StartAsync($$"""{"echo":true{{options}}}""");
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Router.Host")) { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (string argument in (string[])
            ["smsc-check", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{carrier.Port}"), "--system-id", "me", "--to", "+393331234567", "--from", "Router", "--text", "does it work?", "--wait", "60"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["ROUTER_SMSC_PASSWORD"] = "geheim";
        using Process process = Process.Start(start)!;
        string told = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == code, told);
        Assert.Contains(words, told, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", told, StringComparison.Ordinal);
        Assert.Equal(code == 0 ? 1 : 0, carrier.Submits);
    }
}
