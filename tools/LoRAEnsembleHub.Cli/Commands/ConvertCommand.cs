using System.CommandLine;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Cli.Conversion;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Bases, ensembles and checkpoints of others in another form.</summary>
internal sealed class ConvertCommand : Verb
{
    private const string Onnx = "onnx";
    private const string Ensemble = "ensemble";
    private const string Explicit = "explicit";
    private const string Official = "official";
    private const string Safetensors = "safetensors";
    private static readonly string[] forms = [Onnx, Ensemble, Explicit, Official, Safetensors];

    private readonly Argument<string?> source = new("SOURCE")
    {
        Description =
            "A file to convert: a checkpoint of the official LoRA-Ensemble code (to ensemble), or of torch.save (to safetensors); nothing of a pickle is run",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly ModelChoice choice;
    private readonly Option<string?> form = OptionKinds.OneOf(
        "--to",
        "What to make: ONNX (the default), an ensemble repository, an explicit ensemble of whole networks, the official code's layout as "
            + "safetensors, or safetensors of a checkpoint by torch.save",
        forms
    );

    private readonly WrittenEnsemble written;
    private readonly Option<bool> each = OptionKinds.Switch(
        "--each",
        "onnx: write every member as a plain model of its own, instead of all members in one graph"
    );

    private readonly Option<bool> adapterInputs = OptionKinds.Switch(
        "--adapter-inputs",
        "onnx: let factors and heads be inputs of the graph, so that it runs any ensemble that adapts the same projections"
    );

    private readonly Option<bool> externalWeights = OptionKinds.Switch(
        "--external-weights",
        "onnx: write weights to a file of their own (default: only where one file cannot hold them)"
    );

    private readonly Option<string?> labels = OptionKinds.Text(
        "--labels",
        "FILE",
        "ensemble: class names of a checkpoint, one a line (default: LABEL_0, LABEL_1 …)"
    );

    private readonly Option<string?> config = OptionKinds.Text(
        "--config",
        "FILE",
        "ensemble, safetensors: the config.json of a checkpoint's networks, where it is neither beside the file nor can be read off its weights"
    );

    public ConvertCommand()
        : base(
            "convert",
            "Write bases, ensembles and checkpoints of others in another form: ONNX, ensemble repositories, the official layout"
        )
    {
        Command.Add(source);
        choice = new ModelChoice(Command, computes: false);
        Command.Add(form);
        written = new WrittenEnsemble(Command);
        Option[] options = [each, adapterInputs, externalWeights, labels, config];
        foreach (var option in options)
        {
            Command.Add(option);
        }
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var (to, file) = (parsed.GetValue(form) ?? Onnx, parsed.GetValue(source));
        RefuseOptions(parsed, to, file);
        if (file is not null)
        {
            Need.File(file, "SOURCE");
            return to == Safetensors
                ? await ToSafetensorsAsync(parsed, file, session, cancellationToken).ConfigureAwait(false)
                : await ReadOfficialAsync(parsed, file, session, cancellationToken).ConfigureAwait(false);
        }

        var request = await choice.ReadAsync(parsed, session, cancellationToken).ConfigureAwait(false);
        if (to != Onnx && request.Ensemble is null)
        {
            throw CommandException.Usage($"--ensemble is missing; its members are what is written with --to {to}.");
        }

        return to switch
        {
            Onnx => await ToOnnxAsync(parsed, request, session, cancellationToken).ConfigureAwait(false),
            Official => await ToOfficialAsync(parsed, request, session, cancellationToken).ConfigureAwait(false),
            _ => await ToEnsembleAsync(parsed, request, to == Explicit, session, cancellationToken).ConfigureAwait(false),
        };
    }

    private void RefuseOptions(ParseResult parsed, string to, string? file)
    {
        void For(Option option, params string[] forms)
        {
            if (parsed.IsGiven(option) && !forms.Contains(to))
            {
                throw CommandException.Usage($"{option.Name} is for --to {string.Join(" or ", forms)}; this is --to {to}.");
            }
        }

        For(each, Onnx);
        For(adapterInputs, Onnx);
        For(externalWeights, Onnx);
        For(labels, Ensemble);
        For(config, Ensemble, Safetensors);
        foreach (var option in written.ForAdapters)
        {
            For(option, Ensemble);
        }

        For(written.License, Ensemble, Explicit);
        var fault =
            file is null && to == Safetensors ? "SOURCE is missing; --to safetensors converts a file of torch.save."
            : file is not null && to is not (Ensemble or Safetensors)
                ? $"SOURCE is a checkpoint, which becomes an ensemble or safetensors (--to); --to {to} takes --base and --ensemble."
            : file is not null && choice.NamesEnsemble(parsed)
                ? "SOURCE and --ensemble exclude each other; one thing is converted at a time."
            : file is null && (parsed.GetValue(labels) ?? parsed.GetValue(config)) is not null
                ? "--labels and --config describe a checkpoint; give it as SOURCE."
            : null;
        if (fault is not null)
        {
            throw CommandException.Usage(fault);
        }
    }

    private async Task<ICommandResult> ToOnnxAsync(
        ParseResult parsed,
        ModelRequest request,
        Session session,
        CancellationToken cancellationToken
    )
    {
        var folder = written.Place(parsed);
        using var staged = new StagedFolder(folder);
        var made = await new OnnxConversion(request, staged.Path)
        {
            Each = parsed.GetValue(each),
            AdapterInputs = parsed.GetValue(adapterInputs),
            ExternalWeights = parsed.GetValue(externalWeights),
        }
            .RunAsync(session, cancellationToken)
            .ConfigureAwait(false);
        staged.Commit();
        return made with { Output = folder, Files = [.. made.Files.Select(file => file with { Path = staged.Final(file.Path) })] };
    }

    private async Task<ICommandResult> ToSafetensorsAsync(
        ParseResult parsed,
        string file,
        Session session,
        CancellationToken cancellationToken
    )
    {
        var folder = written.Place(parsed);
        using var staged = new StagedFolder(folder);
        var made = await TorchCheckpoint.WriteModelAsync(file, staged.Path, ConfigFile(parsed), cancellationToken).ConfigureAwait(false);
        staged.Commit();
        return new ConvertResult
        {
            Source = file,
            Output = folder,
            Files = [.. made.Select(path => WrittenFile.Of(staged.Final(path)))],
            Warnings = session.Warnings,
        };
    }

    /// <summary>Another spelling of LoRA members, or whole networks that predict the same.</summary>
    private async Task<ICommandResult> ToEnsembleAsync(
        ParseResult parsed,
        ModelRequest request,
        bool merges,
        Session session,
        CancellationToken cancellationToken
    )
    {
        var folder = written.Place(parsed);
        using var loaded = LoadedModel.OpenLora(request, session);
        var before = loaded.Manifest;
        string?[] like = [request.Ensemble, request.Base];
        var manifest = merges
            ? await written
                .WriteMergedAsync(
                    parsed,
                    loaded.Adapters!,
                    loaded.Base,
                    (before with { Method = null, Metrics = null }).WithChange("merge"),
                    like,
                    cancellationToken
                )
                .ConfigureAwait(false)
            : await written.WriteAsync(parsed, loaded.Adapters!, loaded.Base, before, like, cancellationToken).ConfigureAwait(false);
        return Made(folder, manifest, session) with { Base = request.Base, Ensemble = request.Ensemble };
    }

    private async Task<ICommandResult> ToOfficialAsync(
        ParseResult parsed,
        ModelRequest request,
        Session session,
        CancellationToken cancellationToken
    )
    {
        using var staged = new StagedFolder(written.Place(parsed));
        var path = Path.Combine(staged.Path, "checkpoint.safetensors");
        using var loaded = LoadedModel.Open(request, session);
        Need.FolderFor(path);
        await (
            loaded.Model is ModelEnsemble networks ? DeepEnsembleFile.WriteAsync(path, networks, cancellationToken)
            : loaded.Adapters is { } members ? OfficialCheckpoint.WriteAsync(path, members, loaded.Base, cancellationToken)
            : throw CommandException.Usage(
                $"The method of {request.Ensemble} is {loaded.Ensemble!.System.Method}; the official code has layouts for LoRA members and for whole networks."
            )
        ).ConfigureAwait(false);
        staged.Commit();
        if (loaded.Temperatures.Any(temperature => temperature != 1))
        {
            session.Warn("The ensemble divides logits by a temperature, for which the official layout has no place; it is left out.");
        }

        return new ConvertResult
        {
            Base = request.Base,
            Ensemble = request.Ensemble,
            Members = loaded.Members,
            Output = written.Folder(parsed),
            Files = [WrittenFile.Of(staged.Final(path))],
            Warnings = session.Warnings,
        };
    }

    private async Task<ICommandResult> ReadOfficialAsync(
        ParseResult parsed,
        string file,
        Session session,
        CancellationToken cancellationToken
    )
    {
        var folder = written.Place(parsed);
        var layout = OfficialCheckpoint.LayoutOf(file);
        if (layout == OfficialLayout.McDropout)
        {
            throw CommandException.Usage(
                $"{file} is one network for Monte Carlo dropout; the official code keeps its heads out of the file, so nothing can predict with it.",
                "Its network can serve as a base: convert it with --to safetensors."
            );
        }

        var names = Labels(parsed);
        var place = await choice.BaseAsync(parsed, cancellationToken).ConfigureAwait(false);
        if (layout == OfficialLayout.Members && (place is null || ConfigFile(parsed) is not null))
        {
            throw CommandException.Usage(
                place is null
                    ? $"{file} holds LoRA members without their base; give --base."
                    : $"{file} holds LoRA members, whose sizes are those of --base; leave out --config."
            );
        }

        var facts = new EnsembleManifest { ProblemType = "single_label_classification", Id2Label = names }.WithChange(
            "import",
            ("source", Path.GetFileName(file)),
            ("layout", layout.ToString())
        );
        var manifest =
            layout == OfficialLayout.Members
                ? await MembersAsync(parsed, file, place!, facts, cancellationToken).ConfigureAwait(false)
                : await NetworksAsync(parsed, file, place, facts, cancellationToken).ConfigureAwait(false);
        return Made(folder, manifest, session) with { Source = file, Base = place };
    }

    private async Task<EnsembleManifest> MembersAsync(
        ParseResult parsed,
        string file,
        string place,
        EnsembleManifest facts,
        CancellationToken cancellationToken
    )
    {
        var origin = RepositoryFolder.Of(place);
        using var model = PretrainedModels.Load(place, new ModelOptions { RepoId = origin.RepoId, Revision = origin.Revision });
        using var set = OfficialCheckpoint.Read(file, model);
        return await written.WriteAsync(parsed, set, model, facts, [place], cancellationToken).ConfigureAwait(false);
    }

    private async Task<EnsembleManifest> NetworksAsync(
        ParseResult parsed,
        string file,
        string? place,
        EnsembleManifest facts,
        CancellationToken cancellationToken
    )
    {
        var path = ConfigFile(parsed) ?? (place is null ? null : Path.Combine(place, "config.json"));
        var sizes = path is null ? null : VitConfig.Parse(await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false), path);
        using var system = DeepEnsembleFile.Read(file, sizes, facts.Id2Label is null ? null : facts.Labels);
        var origin = place is null ? null : RepositoryFolder.Of(place);
        var from = new ManifestBase
        {
            RepoId = origin?.RepoId,
            Revision = origin?.Revision,
            ModelType = system.Model.ModelType,
        };
        return await written
            .WriteSystemAsync(parsed, system, facts with { BaseModel = from }, [place], cancellationToken)
            .ConfigureAwait(false);
    }

    private string? ConfigFile(ParseResult parsed)
    {
        if (parsed.GetValue(config) is { } file)
        {
            Need.File(file, "--config");
        }

        return parsed.GetValue(config);
    }

    private Dictionary<string, string>? Labels(ParseResult parsed)
    {
        if (parsed.GetValue(labels) is not { } file)
        {
            return null;
        }

        Need.File(file, "--labels");
        string[] names = [.. File.ReadAllLines(file).Select(line => line.Trim()).Where(line => line.Length > 0)];
        return names.Length > 0 && names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? names.Index().ToDictionary(name => $"{name.Index}", name => name.Item)
            : throw CommandException.Usage(
                $"{file} lists {names.Length} class names; it must list one or more, each once and on a line of its own."
            );
    }

    private static ConvertResult Made(string folder, EnsembleManifest manifest, Session session) =>
        new()
        {
            Members = manifest.Members!.Count,
            Output = folder,
            Files =
            [
                .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(WrittenFile.Of),
            ],
            Warnings = session.Warnings,
        };
}
