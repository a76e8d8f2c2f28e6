using System.Runtime.CompilerServices;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <summary>The model is worth something only as long as it shares no rule with what it judges, and a run only as long as it is the same again.</summary>
public sealed class ModelTests
{
    [Fact]
    public void The_model_knows_nothing_of_the_product()
    {
        string folder = Path.Combine(Path.GetDirectoryName(Here())!, "Model");
        string[] files = Directory.GetFiles(folder, "*.cs");
        Assert.NotEmpty(files);
        Assert.All(files, static f => Assert.DoesNotMatch(@"Router\.(Core|Engine|Testing|FrontDoor)", File.ReadAllText(f)));
    }

    [Fact]
    public void A_seed_is_the_same_run_again()
    {
        List<string> first = TraceOf(7);
        List<string> second = TraceOf(7);
        Assert.True(first.Count > 1_000);
        Assert.Equal(first, second);
    }

    [Theory]
    [InlineData("Accepted Queued Sent Delivered", true)]
    [InlineData("Accepted Sent Delivered Read", true)]
    [InlineData("Accepted Sent", true)]
    [InlineData("Accepted Queued", false)]
    [InlineData("Accepted Delivered Undelivered", false)]
    [InlineData("Accepted Cancelled Sent", false)]
    [InlineData("Queued Sent", false)]
    public void One_final_status_and_none_after_it(string statuses, bool isLife) => Assert.Equal(isLife, Rules.IsLife(statuses.Split(' ')));

    [Fact]
    public void A_second_begins_anywhere()
    {
        var windows = new SlidingWindows(1_000);
        (string, int, int, string) key = ("tenant", 0, 1, "");
        Assert.Equal(1, windows.Count(key, 0));
        Assert.Equal(2, windows.Count(key, 900));
        Assert.Equal(3, windows.Count(key, 999));
        Assert.Equal(3, windows.Count(key, 1_000)); // the first has left the second that ends now
    }

    private static List<string> TraceOf(int seed)
    {
        var lines = new List<string>();
        Assert.Null(Shrinker.RunOnce(seed, int.MaxValue, new Coverage(), lines.Add, out _, out _));
        return lines;
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
