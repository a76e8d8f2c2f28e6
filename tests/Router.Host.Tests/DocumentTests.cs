using System.Text.RegularExpressions;
using Router.Host.Settings;

namespace Router.Host.Tests;

/// <summary>What <c>docs/API.md</c> says of the settings is what the program takes.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public void The_table_of_settings_has_each_one_and_no_other()
    {
        string text = File.ReadAllText(Path.Combine(Root(), "docs", "API.md"));

        IEnumerable<string> documented = Row().Matches(text).Select(static m => m.Groups[1].Value);

        Assert.Equal(SettingsTable.All.Keys.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Router.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }

    [GeneratedRegex(@"^\| `([A-Z][A-Za-z]*:[A-Z][A-Za-z]*)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
