using LoRAEnsembleHub.Models;

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
}
