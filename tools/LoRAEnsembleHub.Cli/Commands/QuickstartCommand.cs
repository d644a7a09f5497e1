using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Quickstart;
using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Shows with real models and images what ensembles on one base are good for; needs no arguments.</summary>
internal sealed class QuickstartCommand : Verb
{
    private const int DefaultLimit = 200;

    private readonly Option<string?> adapters = OptionKinds.Text(
        "--adapters",
        "DIR",
        "The repository's folder adapters (default: found from here upwards)"
    );

    private readonly Option<string?> report = OptionKinds.Text(
        "--report",
        "FILE",
        "The HTML page to write (default: runs/quickstart.html)"
    );
    private readonly Option<int?> limit = OptionKinds.WholeNumber(
        "--limit",
        $"Test images to measure on (default: {DefaultLimit})",
        least: 16
    );

    public QuickstartCommand()
        : base("quickstart", "See it work: load a base, predict real images with uncertainty, swap ensembles, measure, get a page")
    {
        Command.Add(adapters);
        Command.Add(report);
        Command.Add(limit);
    }

    public override Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var page = parsed.GetValue(report) ?? Path.Combine("runs", "quickstart.html");
        Need.PlaceForFile(page, "--report");
        var showcase = Showcase.Find(parsed.GetValue(adapters));
        var demonstration = new Demonstration(showcase, parsed.GetValue(limit) ?? DefaultLimit, session, cancellationToken);
        return Task.FromResult<ICommandResult>(demonstration.Run(page));
    }
}
