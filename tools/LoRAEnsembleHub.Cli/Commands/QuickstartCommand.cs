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
        "The folder of repositories to serve and pull from (default: adapters, found from here upwards)"
    );

    private readonly Option<string?> report = OptionKinds.Text(
        "--report",
        "FILE",
        "The HTML page to write (default: runs/quickstart.html)"
    );
    private readonly Option<string?> cache = OptionKinds.Text(
        "--cache-dir",
        "DIR",
        "The cache to pull into (default: runs/hub-cache; the one that Hugging Face's tools share is left alone)"
    );
    private readonly Option<int?> limit = OptionKinds.WholeNumber(
        "--limit",
        $"Test examples of each data set to measure on (default: {DefaultLimit})",
        least: 16
    );

    public QuickstartCommand()
        : base(
            "quickstart",
            "See it work: serve and pull a base and ensembles, predict real images, sounds and texts with uncertainty, swap ensembles, measure, get a page"
        )
    {
        Command.Add(adapters);
        Command.Add(report);
        Command.Add(cache);
        Command.Add(limit);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var page = parsed.GetValue(report) ?? Path.Combine("runs", "quickstart.html");
        Need.PlaceForFile(page, "--report");
        var place = parsed.GetValue(cache) ?? Path.Combine("runs", "hub-cache");
        var pull = new ShowcasePull(AdapterFolder.Find(parsed.GetValue(adapters)), place, session);
        var showcase = await pull.RunAsync(cancellationToken).ConfigureAwait(false);
        var demonstration = new Demonstration(showcase, parsed.GetValue(limit) ?? DefaultLimit, session, cancellationToken);
        return demonstration.Run(page);
    }
}
