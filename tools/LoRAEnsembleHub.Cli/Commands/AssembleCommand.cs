using System.CommandLine;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Makes one ensemble of independent PEFT adapters and of other ensembles.</summary>
internal sealed class AssembleCommand : Verb
{
    private readonly Argument<string[]> sources = new("SOURCE")
    {
        Description = "PEFT adapters, folders of them, ensembles, or ids of pulled ones; their members follow in this order",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> baseFolder = OptionKinds.Needed(
        "--base",
        "DIR",
        "Folder of the base that all of them belong to, or the id of a pulled one"
    );
    private readonly Option<bool> allowMismatch = OptionKinds.Switch("--allow-base-mismatch", "Accept sources that name another base");
    private readonly WrittenEnsemble written;

    public AssembleCommand()
        : base("assemble", "Make one ensemble of independent PEFT adapters and other ensembles on the same base")
    {
        Command.Add(sources);
        Command.Add(baseFolder);
        Command.Add(allowMismatch);
        written = new WrittenEnsemble(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var output = written.Place(parsed);
        var folders = new List<string>();
        foreach (var source in parsed.GetValue(sources)!)
        {
            folders.Add(await CachedRepository.FolderAsync(source, "SOURCE", cancellationToken).ConfigureAwait(false));
        }

        var place = await CachedRepository.FolderAsync(parsed.GetValue(baseFolder)!, "--base", cancellationToken).ConfigureAwait(false);
        var origin = RepositoryFolder.Of(place);
        // the last two parts of a path say less than what the adapters say
        var named = origin.Revision is null ? EnsembleAssembly.NamedBase(folders) : null;
        var isTold = named is not null && named != origin.RepoId;
        origin = isTold ? new RepositoryFolder(named!, null) : origin;
        using var model = PretrainedModels.Load(place, new ModelOptions { RepoId = origin.RepoId, Revision = origin.Revision });
        using var assembly = EnsembleAssembly.Load(folders, model, parsed.GetValue(allowMismatch));
        if (isTold)
        {
            session.Warn(
                $"The adapters name {named} as their base, and so does the manifest; that {place} holds the same was not verified, because adapters do not state its hash."
            );
        }

        foreach (var warning in assembly.Warnings)
        {
            session.Warn(warning);
        }

        var facts = new EnsembleManifest
        {
            Id2Label = assembly.Labels.Index().ToDictionary(label => $"{label.Index}", label => label.Item),
            ProblemType = "single_label_classification",
        }.WithChange(
            "assemble",
            ("sources", new JsonArray([.. parsed.GetValue(sources)!.Zip(assembly.Sources, (name, source) => Described(name, source))]))
        );
        var manifest = await written
            .WriteAsync(parsed, assembly.Members, model, facts, [.. folders, place], cancellationToken)
            .ConfigureAwait(false);
        return new AssembleResult
        {
            Output = output,
            Base = place,
            Members = manifest.Members!.Count,
            Labels = assembly.Labels,
            Sources = assembly.Sources,
            Warnings = session.Warnings,
        };
    }

    // The name as it was given may be a path of one machine; its last part is what a reader of the manifest can use.
    private static JsonObject Described(string name, AssemblySource source) =>
        new()
        {
            ["source"] = RepositoryFolder.Of(Directory.Exists(name) ? Path.GetFullPath(name) : name).RepoId,
            ["members"] = source.Members,
            ["method"] = source.Method,
            ["classes_reordered"] = source.Reordered,
        };
}
