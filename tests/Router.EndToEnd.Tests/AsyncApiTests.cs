using System.Diagnostics;
using System.Text.Json;
using Router.Testing.Processes;

namespace Router.EndToEnd.Tests;

/// <summary>The description of the topics, read by a parser that we did not write: npm's <c>@asyncapi/parser</c>.</summary>
public sealed class AsyncApiTests
{
    [Fact]
    public async Task Another_reader_of_AsyncAPI_finds_nothing_wrong()
    {
        await using var router = new RouterProcess();
        await router.StartAsync();
        using HttpClient client = router.Client(null);
        string document = await client.GetStringAsync("/asyncapi/v1.json");

        using Process node = Process.Start(new ProcessStartInfo("node", "asyncapi.js")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = Path.Combine(Repository.Root, "tests", "peers"),
        })!;
        await node.StandardInput.WriteAsync(document);
        node.StandardInput.Close();
        using JsonDocument told = JsonDocument.Parse(await node.StandardOutput.ReadToEndAsync());
        await node.WaitForExitAsync();

        Assert.Empty(told.RootElement.GetProperty("wrong").EnumerateArray().Select(static w => w.GetString()));
        Assert.Equal(8, told.RootElement.GetProperty("operations").GetArrayLength());
    }
}
