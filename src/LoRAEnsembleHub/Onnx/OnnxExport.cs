using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Onnx;

/// <summary>Writes models as ONNX, so that programs without torch can run them.</summary>
/// <remarks>
/// Inputs and outputs have transformers' names and an open batch axis; texts have an open tokens axis too. Numbers are Float32. Dropout is
/// left out, and the last block computes only the tokens that heads read. Operators are those of opset 17.
/// </remarks>
public static class OnnxExport
{
    /// <summary>Writes a model: with members attached <c>logits</c> are [members, batch, classes], else [batch, classes].</summary>
    /// <param name="model">The base; whatever is attached is written too. A plain model per member is what <see cref="PretrainedModel.Merge"/> gives.</param>
    /// <param name="path">The file to make or replace; its folder must exist.</param>
    /// <param name="options">What lies where; null takes the defaults.</param>
    /// <param name="cancellationToken">Stops the writing; a file is either the old or the new one.</param>
    /// <exception cref="ModelException">The model has no head, a part has no form in ONNX, or one file cannot hold the weights; nothing was written.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static async Task WriteAsync(
        PretrainedModel model,
        string path,
        OnnxOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= OnnxOptions.Default;
        await OnnxFile.WriteAsync(model.ToOnnx(options.AdapterInputs), path, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a graph whose adapters are inputs takes of a set of members.</summary>
    /// <param name="members">The members.</param>
    /// <returns>CPU tensors by the names of <see cref="OnnxOptions.AdapterInputs"/>, members first, in the caller's scope.</returns>
    public static IReadOnlyDictionary<string, Tensor> AdapterInputs(AdapterSet members)
    {
        ArgumentNullException.ThrowIfNull(members);
        members.ThrowIfDisposed();
        using var quiet = no_grad();
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (site, factors) in members.Sites)
        {
            inputs.Add($"{site}.lora_A", factors.Down.alias());
            inputs.Add($"{site}.lora_B", factors.ScaledUp());
        }

        foreach (var (name, values) in members.Head)
        {
            inputs.Add(name, values.alias());
        }

        return inputs;
    }
}
