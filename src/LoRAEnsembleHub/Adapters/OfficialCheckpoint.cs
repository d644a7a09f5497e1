using System.Globalization;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Adapters;

/// <summary>LoRA members in the layouts of the official LoRA-Ensemble code: LoRA_Former (ViT), AST_Former and LoRABert.</summary>
/// <remarks>
/// prs-eth/LoRA-Ensemble and its development repository for BERT. Such checkpoints never hold the base: it must be the one they were
/// trained on. Files of torch.save are read without running anything of them (<see cref="TorchFile"/>).
/// </remarks>
public static class OfficialCheckpoint
{
    private const string DropoutPrefix = "model.";

    /// <summary>Reads the members in the layout that goes with a base.</summary>
    /// <param name="path">A file of torch.save (<c>.pt</c>), or safetensors with the same names.</param>
    /// <param name="model">The base: a plain ViT, an audio spectrogram transformer, or a BERT.</param>
    /// <returns>The members, named member-00 and on; the caller disposes them.</returns>
    /// <exception cref="AdapterException">The base is another one, or a tensor is missing, unknown, misshapen or not finite.</exception>
    /// <exception cref="TorchFileException">The file of torch.save is malformed or refers to something that is not read.</exception>
    /// <exception cref="SafetensorsException">The safetensors file is malformed.</exception>
    public static AdapterSet Read(string path, PretrainedModel model)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(model);
        return model.Config switch
        {
            AstConfig => AstFormerFile.Read(path, model),
            BertConfig => LoraBertFile.Read(path, model),
            _ => LoraFormerFile.Read(path, model),
        };
    }

    /// <summary>What a file of the official code holds, by its names alone.</summary>
    /// <param name="path">A file of torch.save (<c>.pt</c>), or safetensors with the same names.</param>
    /// <exception cref="TorchFileException">The file of torch.save is malformed or refers to something that is not read.</exception>
    /// <exception cref="SafetensorsException">The safetensors file is malformed.</exception>
    public static OfficialLayout LayoutOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var stored = StoredWeights.Open(path);
        var wrapper = NameTable.Default.WrapperOf([.. stored.Tensors.Select(tensor => tensor.Name)]);
        return DeepEnsembleFile.Holds(stored) ? OfficialLayout.DeepEnsemble
            : $".{wrapper}".EndsWith($".{DropoutPrefix}", StringComparison.Ordinal) ? OfficialLayout.McDropout
            : OfficialLayout.Members;
    }

    /// <summary>Writes members in the layout that goes with their base, as safetensors.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="set">The members, with heads.</param>
    /// <param name="model">The base: a plain ViT, an audio spectrogram transformer, or a BERT.</param>
    /// <param name="cancellationToken">Stops the writing and leaves the old file.</param>
    /// <exception cref="AdapterException">The layout cannot hold the members; the message says why.</exception>
    public static Task WriteAsync(string path, AdapterSet set, PretrainedModel model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(model);
        return model.Config switch
        {
            AstConfig => AstFormerFile.WriteAsync(path, set, model, cancellationToken),
            BertConfig => LoraBertFile.WriteAsync(path, set, model, cancellationToken),
            _ => LoraFormerFile.WriteAsync(path, set, model, cancellationToken),
        };
    }

    /// <summary>Writes tensors with the names of the official checkpoints, and frees them.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">By name; taken over.</param>
    /// <param name="cancellationToken">Stops the writing and leaves the old file.</param>
    internal static async Task WriteAsync(string path, IReadOnlyDictionary<string, Tensor> tensors, CancellationToken cancellationToken)
    {
        try
        {
            await TensorFile.WriteAsync(path, tensors, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }
        }
    }

    /// <summary>Members without heads have no place in the official layouts.</summary>
    internal static AdapterException LacksHeads(AdapterSet set) => new($"{set.Name} brings no heads; this layout holds one per member.");

    /// <summary>Makes a set of updates and heads that were read; all tensors are copied.</summary>
    /// <param name="path">The file; its name becomes the set's.</param>
    /// <param name="sites">Updates by site, one or more.</param>
    /// <param name="head">Parameters of the heads by name, [members, …].</param>
    internal static AdapterSet Set(
        string path,
        IReadOnlyDictionary<string, SiteFactors> sites,
        IEnumerable<(string Name, Tensor Value)> head
    ) =>
        new(
            Path.GetFileName(path),
            [
                .. Enumerable
                    .Range(0, sites.Values.First().Ranks.Count)
                    .Select(index => new AdapterMember { Name = string.Create(CultureInfo.InvariantCulture, $"member-{index:00}") }),
            ],
            sites.ToDictionary(site => site.Key, site => site.Value.Copy(), StringComparer.Ordinal),
            head.ToDictionary(entry => entry.Name, entry => entry.Value.clone().DetachFromDisposeScope(), StringComparer.Ordinal)
        );
}

/// <summary>The kinds of checkpoints that the official LoRA-Ensemble code writes.</summary>
public enum OfficialLayout
{
    /// <summary>LoRA members without their base (LoRA_Former, AST_Former, LoRABert): <see cref="OfficialCheckpoint.Read"/>.</summary>
    Members,

    /// <summary>Whole networks (Deep_Ensemble): <see cref="DeepEnsembleFile.Read"/>.</summary>
    DeepEnsemble,

    /// <summary>One network without heads (MCDropout): a base, but no ensemble, because its heads were never saved.</summary>
    McDropout,
}
