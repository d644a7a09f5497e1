using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Weights;

/// <summary>Checkpoints by torch.save, such as pytorch_model.bin, made into model folders that load here and elsewhere.</summary>
public static class TorchCheckpoint
{
    /// <summary>Writes the tensors of a checkpoint as model.safetensors, under their names, and what belongs to them; runs nothing of the pickle.</summary>
    /// <param name="path">A dictionary of tensors by torch.save (<c>.bin</c>, <c>.pt</c>, <c>.pth</c>).</param>
    /// <param name="folder">Made when absent; files of the same names are replaced.</param>
    /// <param name="config">
    /// The config.json of the model; null takes the one beside the checkpoint, else reads the sizes of a ViT-B, -L or -H off torchvision's names.
    /// </param>
    /// <param name="cancellationToken">Stops the writing; a file is either the old or the new one.</param>
    /// <returns>The files that were written; files that say how inputs are prepared are copied along.</returns>
    /// <exception cref="TorchFileException">The checkpoint is malformed or refers to something that is not read.</exception>
    /// <exception cref="ModelException">It holds no named tensors, or its config is not known.</exception>
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

        var beside = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var text = ConfigText(
            file,
            config
                ?? (File.Exists(Path.Combine(beside, PretrainedModel.ConfigFile)) ? Path.Combine(beside, PretrainedModel.ConfigFile) : null)
        );
        Directory.CreateDirectory(folder);
        var written = new List<string>
        {
            Path.Combine(folder, PretrainedModel.WeightsFile),
            Path.Combine(folder, PretrainedModel.ConfigFile),
        };
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

    private static string ConfigText(TorchFile file, string? config)
    {
        if (config is not null)
        {
            return File.ReadAllText(config);
        }

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
