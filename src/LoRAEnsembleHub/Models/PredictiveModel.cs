using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>Whatever gives logits for inputs: a pretrained model, alone or with members attached, or several whole models.</summary>
public abstract class PredictiveModel : IDisposable
{
    private protected PredictiveModel() { }

    /// <summary>Names of the inputs, as transformers spells them, the first one always needed.</summary>
    public abstract IReadOnlyList<string> InputNames { get; }

    /// <summary>As in config.json, such as <c>vit</c>.</summary>
    public abstract string ModelType { get; }

    /// <summary>How many predictions one pass gives for every input; null where there is one and results have no members axis.</summary>
    public abstract int? Members { get; }

    /// <summary>Computes the predictions of all members.</summary>
    /// <param name="inputs">Tensors by transformers' names; names that the model does not know are ignored. Not disposed.</param>
    /// <param name="options">Chunking and what to return; null takes the defaults.</param>
    /// <returns>Fresh tensors on the model's device in Float32; the caller disposes them.</returns>
    /// <exception cref="ModelException">An input is missing or has another shape than the model needs.</exception>
    public abstract ModelOutputs Forward(IReadOnlyDictionary<string, Tensor> inputs, ForwardOptions? options = null);

    /// <summary>Frees the weights.</summary>
    public abstract void Dispose();
}
