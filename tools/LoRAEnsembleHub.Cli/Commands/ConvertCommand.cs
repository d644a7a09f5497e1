using System.CommandLine;
using System.Text.Json;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Onnx;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>A base, alone or with an ensemble, in a form that other runtimes read.</summary>
internal sealed class ConvertCommand : Verb
{
    private const string FileName = "model.onnx";
    private readonly ModelChoice choice;
    private readonly Option<string?> form = OptionKinds.OneOf("--to", "What to make (default: onnx)", "onnx");
    private readonly Option<string> output = OptionKinds.Needed("--output", "DIR", "Folder to write to");
    private readonly Option<bool> each = OptionKinds.Switch(
        "--each",
        "Write every member as a plain model of its own, instead of all members in one graph"
    );

    private readonly Option<bool> adapterInputs = OptionKinds.Switch(
        "--adapter-inputs",
        "Let factors and heads be inputs of the graph, so that it runs any ensemble that adapts the same projections"
    );

    private readonly Option<bool> externalWeights = OptionKinds.Switch(
        "--external-weights",
        "Write weights to a file of their own (default: only where one file cannot hold them)"
    );

    public ConvertCommand()
        : base("convert", "Write a base, alone or with all members of an ensemble, as ONNX")
    {
        choice = new ModelChoice(Command, computes: false);
        Option[] options = [form, output, each, adapterInputs, externalWeights];
        foreach (var option in options)
        {
            Command.Add(option);
        }
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var (request, folder, isEach, isOpen) = (
            await choice.ReadAsync(parsed, session, cancellationToken).ConfigureAwait(false),
            parsed.GetValue(output)!,
            parsed.GetValue(each),
            parsed.GetValue(adapterInputs)
        );
        RefuseOptions(request, isEach, isOpen);
        Need.PlaceForFolder(folder, "--output");
        using var loaded = LoadedModel.OpenLora(request, session);
        var options = new OnnxOptions
        {
            AdapterInputs = isOpen,
            ExternalWeights = parsed.GetValue(externalWeights) ? true : null,
            Metadata = Notes(loaded, isEach),
        };
        string[] made = isEach
            ? await WriteEachAsync(loaded, folder, options, cancellationToken).ConfigureAwait(false)
            : [await WriteAsync(loaded.Base, folder, options, cancellationToken).ConfigureAwait(false)];
        if (isOpen)
        {
            made = [.. made, await WriteAdaptersAsync(loaded, folder, cancellationToken).ConfigureAwait(false)];
        }

        return new ConvertResult
        {
            Base = request.Base,
            Ensemble = request.Ensemble,
            Members = loaded.Adapters?.Count,
            Output = folder,
            Files = [.. made.SelectMany(Written), .. CopyPreparation(request, folder)],
            Warnings = session.Warnings,
        };
    }

    private static void RefuseOptions(ModelRequest request, bool isEach, bool isOpen)
    {
        var fault =
            isEach && isOpen ? "--each writes plain models, whose adapters cannot be inputs; leave out --each or --adapter-inputs."
            : request.Ensemble is null && (isEach || isOpen)
                ? $"{(isEach ? "--each" : "--adapter-inputs")} is for the members of an ensemble; give --ensemble."
            : null;
        if (fault is not null)
        {
            throw CommandException.Usage(fault);
        }
    }

    /// <summary>What a program needs to know to use the logits.</summary>
    private static Dictionary<string, string> Notes(LoadedModel loaded, bool isEach)
    {
        var notes = new Dictionary<string, string>
        {
            ["model_type"] = loaded.Model.ModelType,
            ["labels"] = JsonSerializer.Serialize(loaded.Labels),
        };
        if (loaded.Ensemble is not null && !isEach)
        {
            notes.Add("aggregation", JsonNamingPolicy.SnakeCaseLower.ConvertName(loaded.Aggregation.ToString()));
            notes.Add("temperatures", JsonSerializer.Serialize(loaded.Temperatures));
        }

        return notes;
    }

    private static async Task<string[]> WriteEachAsync(
        LoadedModel loaded,
        string folder,
        OnnxOptions options,
        CancellationToken cancellationToken
    )
    {
        var set = loaded.Adapters!;
        var made = new List<string>();
        foreach (var (index, member) in set.Members.Index())
        {
            using var merged = loaded.Base.Merge(set, index, loaded.Labels);
            made.Add(await WriteAsync(merged, Path.Combine(folder, member.Name), options, cancellationToken).ConfigureAwait(false));
        }

        return [.. made];
    }

    private static async Task<string> WriteAsync(
        Models.PretrainedModel model,
        string folder,
        OnnxOptions options,
        CancellationToken cancellationToken
    )
    {
        var path = Path.Combine(folder, FileName);
        Need.FolderFor(path);
        await OnnxExport.WriteAsync(model, path, options, cancellationToken).ConfigureAwait(false);
        return path;
    }

    /// <summary>The members in the form that the graph takes them, to be fed with every run.</summary>
    private static async Task<string> WriteAdaptersAsync(LoadedModel loaded, string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, "adapters.safetensors");
        var inputs = OnnxExport.AdapterInputs(loaded.Adapters!);
        try
        {
            await TensorFile.WriteAsync(path, inputs, null, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var tensor in inputs.Values)
            {
                tensor.Dispose();
            }
        }

        return path;
    }

    private static IEnumerable<WrittenFile> Written(string path) =>
        new[] { path, path + OnnxOptions.ExternalSuffix }.Where(File.Exists).Select(WrittenFile.Of);

    /// <summary>How inputs are prepared travels with the model, where base or ensemble says so.</summary>
    private static IEnumerable<WrittenFile> CopyPreparation(ModelRequest request, string folder)
    {
        foreach (var file in PreparationFiles.Of(request.Ensemble, request.Base))
        {
            var copy = Path.Combine(folder, Path.GetFileName(file));
            File.Copy(file, copy, overwrite: true);
            yield return WrittenFile.Of(copy);
        }
    }
}
