using System.Text.Json;
using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Onnx;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Cli.Conversion;

/// <summary>A base, alone or with an ensemble, as ONNX.</summary>
/// <param name="Request">What to convert.</param>
/// <param name="Folder">Where to.</param>
internal sealed record OnnxConversion(ModelRequest Request, string Folder)
{
    private const string FileName = "model.onnx";

    /// <summary>Whether every member becomes a plain model.</summary>
    public required bool Each { get; init; }

    /// <summary>Whether factors and heads are inputs.</summary>
    public required bool AdapterInputs { get; init; }

    /// <summary>Whether weights have a file of their own in any case.</summary>
    public required bool ExternalWeights { get; init; }

    public async Task<ConvertResult> RunAsync(Session session, CancellationToken cancellationToken)
    {
        RefuseOptions();
        using var loaded = LoadedModel.OpenLora(Request, session);
        var options = new OnnxOptions
        {
            AdapterInputs = AdapterInputs,
            ExternalWeights = ExternalWeights ? true : null,
            Metadata = Notes(loaded),
        };
        string[] made = Each
            ? await WriteEachAsync(loaded, options, cancellationToken).ConfigureAwait(false)
            : [await WriteAsync(loaded.Base, Folder, options, cancellationToken).ConfigureAwait(false)];
        if (AdapterInputs)
        {
            made = [.. made, await WriteAdaptersAsync(loaded, cancellationToken).ConfigureAwait(false)];
        }

        return new ConvertResult
        {
            Base = Request.Base,
            Ensemble = Request.Ensemble,
            Members = loaded.Adapters?.Count,
            Output = Folder,
            Files = [.. made.SelectMany(Written), .. CopyPreparation()],
            Warnings = session.Warnings,
        };
    }

    private void RefuseOptions()
    {
        var fault =
            Each && AdapterInputs ? "--each writes plain models, whose adapters cannot be inputs; leave out --each or --adapter-inputs."
            : Request.Ensemble is null && (Each || AdapterInputs)
                ? $"{(Each ? "--each" : "--adapter-inputs")} is for the members of an ensemble; give --ensemble."
            : null;
        if (fault is not null)
        {
            throw CommandException.Usage(fault);
        }
    }

    /// <summary>What a program needs to know to use the logits.</summary>
    private Dictionary<string, string> Notes(LoadedModel loaded)
    {
        var notes = new Dictionary<string, string>
        {
            ["model_type"] = loaded.Model.ModelType,
            ["labels"] = JsonSerializer.Serialize(loaded.Labels),
        };
        if (loaded.Ensemble is not null && !Each)
        {
            notes.Add("aggregation", JsonNamingPolicy.SnakeCaseLower.ConvertName(loaded.Aggregation.ToString()));
            notes.Add("temperatures", JsonSerializer.Serialize(loaded.Temperatures));
        }

        return notes;
    }

    private async Task<string[]> WriteEachAsync(LoadedModel loaded, OnnxOptions options, CancellationToken cancellationToken)
    {
        var set = loaded.Adapters!;
        var made = new List<string>();
        foreach (var (index, member) in set.Members.Index())
        {
            using var merged = loaded.Base.Merge(set, index, loaded.Labels);
            made.Add(await WriteAsync(merged, Path.Combine(Folder, member.Name), options, cancellationToken).ConfigureAwait(false));
        }

        return [.. made];
    }

    private static async Task<string> WriteAsync(
        PretrainedModel model,
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
    private async Task<string> WriteAdaptersAsync(LoadedModel loaded, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Folder, "adapters.safetensors");
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
    private IEnumerable<WrittenFile> CopyPreparation()
    {
        foreach (var file in PreparationFiles.Of(Request.Ensemble, Request.Base))
        {
            var copy = Path.Combine(Folder, Path.GetFileName(file));
            File.Copy(file, copy, overwrite: true);
            yield return WrittenFile.Of(copy);
        }
    }
}
