using System.CommandLine;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>
/// Makes an ensemble of another one's members: some of them, with others, their average, lower ranks, another element type, a new temperature.
/// </summary>
internal sealed class MembersCommand : Verb
{
    private readonly ModelChoice choice;
    private readonly Option<string[]> add = new("--add")
    {
        Description = "Another ensemble, PEFT adapter or id of a pulled one, whose members follow; may be given several times",
        HelpName = "SOURCE",
    };

    private readonly MemberChanges changes;
    private readonly MemberEffect effect;
    private readonly WrittenEnsemble written;

    public MembersCommand()
        : base(
            "members",
            "Write another ensemble of the members of one: with others, chosen, reordered, averaged, of lower rank, rounded, calibrated anew"
        )
    {
        choice = new ModelChoice(Command);
        Command.Add(add);
        changes = new MemberChanges(Command);
        written = new WrittenEnsemble(Command);
        effect = new MemberEffect(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var request = await choice.ReadAsync(parsed, session, cancellationToken).ConfigureAwait(false);
        var folder = request.Ensemble ?? throw CommandException.Usage("--ensemble is missing; its members are what is changed.");
        var output = written.Place(parsed);
        effect.Refuse(parsed);
        var added = new List<string>();
        foreach (var source in parsed.GetValue(add) ?? [])
        {
            added.Add(await CachedRepository.FolderAsync(source, "--add", cancellationToken).ConfigureAwait(false));
        }

        var measuring = new Measuring(session, Measuring.UsualBatchSize, cancellationToken);
        if (EnsembleFolder.Open(folder).Manifest is { IsLora: false })
        {
            return await OfNetworksAsync(parsed, request, output, measuring, session, cancellationToken).ConfigureAwait(false);
        }

        using var loaded = LoadedModel.OpenLora(request, session);
        var members = loaded.Adapters!;
        using var assembly = added.Count == 0 ? null : Assembled(loaded, [folder, .. added], request, session);
        using var changed = changes.Apply(parsed, assembly?.Members ?? members);
        var manifest = Manifest(
            loaded,
            changed.Set.Count == 1 ? "single-lora" : "lora-ensemble",
            changed.Set.Count,
            changed.Kept,
            assembly is not null || changed.ChangesNumbers
        );
        var words = changed.InWords;
        if (assembly is not null)
        {
            words = [$"{assembly.Members.Count - members.Count} members added", .. words];
            manifest = manifest.WithChange("add", ("sources", new JsonArray([.. assembly.Sources.Skip(1).Select(Described)])));
        }

        foreach (var (operation, details) in changed.Steps)
        {
            manifest = manifest.WithChange(operation, details);
        }

        Predictions OfChanged(LabeledExamples examples)
        {
            loaded.Base.Swap(changed.Set);
            try
            {
                return measuring.PredictRaw(loaded, examples, withLabels: true);
            }
            finally
            {
                loaded.Base.Swap(members);
            }
        }

        var measured = effect.Measure(
            parsed,
            request,
            loaded,
            manifest,
            examples => measuring.PredictRaw(loaded, examples, withLabels: true),
            OfChanged
        );
        manifest = await written
            .WriteAsync(parsed, changed.Set, loaded.Base, measured.Manifest, [folder, request.Base], cancellationToken)
            .ConfigureAwait(false);
        return new MembersResult
        {
            Ensemble = folder,
            Output = output,
            Members = changed.Set.Count,
            Rank = changed.Set.Rank,
            Parameters = changed.Set.ParameterCount,
            Changes = words,
            LargestError = changed.LargestError,
            Temperatures = manifest.Temperatures,
            Before = measured.Before,
            After = measured.After,
            Warnings = session.Warnings,
        };
    }

    /// <summary>Members that are whole networks are chosen and reordered; what else there is to change belongs to updates.</summary>
    private async Task<ICommandResult> OfNetworksAsync(
        ParseResult parsed,
        ModelRequest request,
        string output,
        Measuring measuring,
        Session session,
        CancellationToken cancellationToken
    )
    {
        using var loaded = LoadedModel.Open(request, session);
        var method = loaded.Ensemble!.System.Method;
        if (loaded.Model is not ModelEnsemble networks)
        {
            throw CommandException.Usage(
                $"The method of {request.Ensemble} is {method}, whose members share one network; members are chosen among LoRA members and whole networks."
            );
        }

        if (parsed.GetValue(add) is { Length: > 0 })
        {
            throw CommandException.Usage($"The method of {request.Ensemble} is {method}; --add joins LoRA members of one base.");
        }

        changes.RefuseBeyondSelection(parsed, method);
        if (written.ForAdapters.FirstOrDefault(parsed.IsGiven) is { } other)
        {
            throw CommandException.Usage($"{other.Name} is for LoRA members; the method of {request.Ensemble} is {method}.");
        }

        var kept = changes.Kept(parsed, networks.Models.Count);
        var manifest = Manifest(loaded, method, kept.Length, kept, changesNumbers: false);
        string[] words = [];
        if (kept.Length < networks.Models.Count || !kept.SequenceEqual(kept.Order()))
        {
            words = [MemberChanges.Words(kept)];
            manifest = manifest.WithChange("select", MemberChanges.Detail(kept));
        }

        Predictions OfAll(LabeledExamples examples) => measuring.PredictRaw(loaded, examples, withLabels: true);
        var measured = effect.Measure(parsed, request, loaded, manifest, OfAll, examples => OfAll(examples).OfMembers(kept));
        var seeds = loaded.Ensemble.Manifest!.Members!;
        var system = EnsembleSystem.OfNetworks(
            method,
            [.. kept.Select(member => networks.Models[member])],
            [.. kept.Select(member => seeds[member].Seed)]
        ); // not disposed: its networks are those that were loaded
        manifest = await written
            .WriteSystemAsync(parsed, system, measured.Manifest, [request.Ensemble], cancellationToken)
            .ConfigureAwait(false);
        return new MembersResult
        {
            Ensemble = request.Ensemble!,
            Output = output,
            Members = kept.Length,
            Rank = null,
            Parameters = system.ParameterCount,
            Changes = words,
            LargestError = null,
            Temperatures = manifest.Temperatures,
            Before = measured.Before,
            After = measured.After,
            Warnings = session.Warnings,
        };
    }

    private static EnsembleAssembly Assembled(LoadedModel loaded, IReadOnlyList<string> folders, ModelRequest request, Session session)
    {
        var assembly = EnsembleAssembly.Load(folders, loaded.Base, request.AllowBaseMismatch);
        foreach (var warning in assembly.Warnings.Where(warning => !session.Warnings.Contains(warning)))
        {
            session.Warn(warning);
        }

        if (!assembly.Labels.SequenceEqual(loaded.Labels, StringComparer.Ordinal))
        {
            assembly.Dispose();
            throw CommandException.Usage(
                $"{folders[0]} does not name its classes and what is added does; put them together with assemble, the named ones first."
            );
        }

        return assembly;
    }

    private static JsonNode Described(AssemblySource source) =>
        new JsonObject
        {
            ["source"] = RepositoryFolder.Of(Path.GetFullPath(source.Folder)).RepoId,
            ["members"] = source.Members,
            ["method"] = source.Method,
            ["classes_reordered"] = source.Reordered,
        };

    /// <summary>The old manifest for other members; figures and a temperature that belong to the old ones are left out.</summary>
    private static EnsembleManifest Manifest(LoadedModel loaded, string method, int count, IReadOnlyList<int>? kept, bool changesNumbers)
    {
        var before = loaded.Manifest;
        return before with
        {
            Method = method,
            Members =
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(member => (kept is null ? null : before.Members?.ElementAtOrDefault(kept[member])) ?? new ManifestMember()),
            ],
            Temperature = MemberTemperature.Of(before, kept, changesNumbers),
            Metrics = null,
        };
    }
}
