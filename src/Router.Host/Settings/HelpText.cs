using System.Text;
using Router.Host.Checks;

namespace Router.Host.Settings;

/// <summary>What <c>--help</c> tells: how the program is called, and every setting with what is right for it, from the table that checks them.</summary>
internal static class HelpText
{
    /// <summary>Whether help is asked for.</summary>
    public static bool IsAsked(string[] arguments) => arguments is ["--help" or "-h" or "help"];

    /// <summary>The whole text.</summary>
    public static string Make()
    {
        var text = new StringBuilder($"""
            Router.Host [--Section:Key=value ...]
                serves until it is told to stop (SIGTERM, Ctrl+C); every call is described at /docs, what happens is shown at /dashboard
            Router.Host {SmscCheckCommand.Name} HOST[:PORT] --system-id ID ...
                binds to an SMSC, sends one message and tells what it saw; {SmscCheckCommand.Name} --help tells the rest

            Settings come from appsettings.json, then ROUTER__Section__Key in the environment, then the arguments; the later wins.

            """.ReplaceLineEndings("\n"));
        int width = SettingsTable.All.Keys.Max(static key => key.Length);
        foreach (Setting setting in SettingsTable.All.Values)
        {
            text.Append("\n  ").Append(setting.Key.PadRight(width)).Append("  ").Append(setting.Wants);
        }

        return text.Append("\n\nExit code 0: stopped when told to. 2: a setting is wrong. 3: storage.").ToString();
    }
}
