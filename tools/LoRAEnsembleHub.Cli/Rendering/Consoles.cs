using Spectre.Console;

namespace LoRAEnsembleHub.Cli.Rendering;

/// <summary>Consoles that colour and wrap on a terminal only.</summary>
internal static class Consoles
{
    private const int UnlimitedWidth = 100_000;

    public static IAnsiConsole For(TextWriter writer)
    {
        var settings = new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            // the defaults switch colours on for build servers although they are no terminals
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        };
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")))
        {
            settings.ColorSystem = ColorSystemSupport.NoColors;
        }

        if (!settings.Out.IsTerminal)
        {
            settings.Ansi = AnsiSupport.No;
            settings.ColorSystem = ColorSystemSupport.NoColors;
            settings.Interactive = InteractionSupport.No;
        }

        var console = AnsiConsole.Create(settings);
        if (!settings.Out.IsTerminal)
        {
            // a pipe has no width: nothing is wrapped or cut
            console.Profile.Width = UnlimitedWidth;
        }

        return console;
    }
}
