using System.Text.Json;
using System.Text.RegularExpressions;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Weights;

/// <summary>Checkpoints by torch.save, such as pytorch_model.bin and adapter_model.bin, made into folders that load here and elsewhere.</summary>
public static partial class TorchCheckpoint
{
    /// <summary>Writes the tensors of a checkpoint as model.safetensors, or adapter_model.safetensors, under their names, and what belongs to them; runs nothing of the pickle.</summary>
    /// <param name="path">A dictionary of tensors by torch.save (<c>.bin</c>, <c>.pt</c>, <c>.pth</c>).</param>
    /// <param name="folder">Made when absent; files of the same names are replaced.</param>
    /// <param name="config">
    /// The config.json of the model, or adapter_config.json of a PEFT adapter; null takes the one beside the checkpoint, else reads the sizes of a
    /// ViT-B, -L or -H off torchvision's names.
    /// </param>
    /// <param name="cancellationToken">Stops the writing; a file is either the old or the new one.</param>
    /// <returns>The files that were written; files that say how inputs are prepared are copied along.</returns>
    /// <exception cref="TorchFileException">The checkpoint is malformed or refers to something that is not read.</exception>
    /// <exception cref="ModelException">It holds no named tensors, is one part of several, or its config is not known or not JSON.</exception>
    public static async Task<IReadOnlyList<string>> WriteModelAsync(
        string path,
        string folder,
        string? config = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(folder);
        using var file = TorchFile.Open(path);
        if (file.IsList)
        {
            throw new ModelException(
                $"{path} is a list of tensors without names; a model needs them. Deep ensembles are read as ensembles."
            );
        }

        if (ShardName().IsMatch(Path.GetFileName(path)))
        {
            throw new ModelException(
                $"{path} is one part of a checkpoint that was saved in several; alone it is no model. Join the parts first, or take the safetensors of the same repository."
            );
        }

        var beside = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var isAdapter = file.Tensors.All(view => view.Name.StartsWith(PeftMember.Root, StringComparison.Ordinal));
        var (weights, facts) = isAdapter
            ? (PeftMember.WeightsFile, PeftMember.ConfigFile)
            : (PretrainedModel.WeightsFile, PretrainedModel.ConfigFile);
        var found = config ?? (File.Exists(Path.Combine(beside, facts)) ? Path.Combine(beside, facts) : null);
        var text =
            found is not null ? JsonText(found)
            : isAdapter ? throw new ModelException($"{path} is a PEFT adapter, and there is no {facts} beside it; give the adapter's.")
            : ConfigText(file);
        Directory.CreateDirectory(folder);
        var written = new List<string> { Path.Combine(folder, weights), Path.Combine(folder, facts) };
        await SafetensorsWriter
            .WriteAsync(
                written[0],
                [.. file.Tensors.Select(TensorToWrite.From)],
                new Dictionary<string, string> { ["format"] = "pt" },
                cancellationToken
            )
            .ConfigureAwait(false);
        await TextFile.WriteAsync(written[1], text, cancellationToken).ConfigureAwait(false);
        if (InputPipelines.IsIn(beside))
        {
            foreach (var name in InputPipelines.FilesIn(beside))
            {
                written.Add(Path.Combine(folder, name));
                File.Copy(Path.Combine(beside, name), written[^1], overwrite: true);
            }
        }

        return written;
    }

    /// <summary>As transformers names the parts, such as pytorch_model-00001-of-00002.bin.</summary>
    [GeneratedRegex(@"-\d{5}-of-\d{5}\.[a-z]+$", RegexOptions.CultureInvariant)]
    private static partial Regex ShardName();

    /// <summary>A file's text, which is taken over as it is.</summary>
    private static string JsonText(string path)
    {
        var text = File.ReadAllText(path);
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? text
                : throw new ModelException($"{path} holds {document.RootElement.ValueKind}; a config is a JSON object.");
        }
        catch (JsonException e)
        {
            throw new ModelException($"{path} is no config, as it is not JSON: {e.Message}", e);
        }
    }

    private static string ConfigText(TorchFile file)
    {
        var wrapper = NameTable.Default.WrapperOf([.. file.Tensors.Select(view => view.Name)]);
        var shapes = file.Tensors.ToDictionary(view => view.Name[wrapper.Length..], view => view.Shape, StringComparer.Ordinal);
        if (!shapes.ContainsKey("conv_proj.weight"))
        {
            throw new ModelException(
                $"{file.Path} does not say which model its tensors make up, and there is no {PretrainedModel.ConfigFile} beside it; give the {PretrainedModel.ConfigFile} of the model."
            );
        }

        var sizes = TorchvisionConfig.Infer(shapes.GetValueOrDefault, file.Path);
        return shapes.GetValueOrDefault("heads.head.bias") is [var classes and <= int.MaxValue]
            ? (sizes with { Architectures = ["ViTForImageClassification"], NumLabels = (int)classes }).ToJson()
            : (sizes with { Architectures = ["ViTModel"] }).ToJson();
    }
}
