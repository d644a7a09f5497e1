using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>The tensors that a forward pass returns; whoever receives them disposes them.</summary>
/// <remarks>
/// Names: <c>logits</c>; <c>cls_logits</c> and <c>distillation_logits</c> of a head with teacher; <c>pooled</c> of a model without head, and of a
/// BERT when hidden states are asked for;
/// <c>last_hidden_state</c> (after the last norm) of a model without head or when hidden states are asked for; <c>hidden_states.0</c> (embeddings) and
/// <c>hidden_states.i</c> (after block i). Every tensor has a leading members axis exactly when adapters are attached.
/// </remarks>
public sealed class ModelOutputs : IDisposable
{
    private readonly Dictionary<string, Tensor> tensors;
    private bool isDisposed;

    internal ModelOutputs(Dictionary<string, Tensor> tensors) => this.tensors = tensors;

    /// <summary>All tensors by name.</summary>
    /// <exception cref="ObjectDisposedException">They were disposed.</exception>
    public IReadOnlyDictionary<string, Tensor> Named
    {
        get
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            return tensors;
        }
    }

    /// <summary>[members, batch, classes] with adapters attached, else [batch, classes].</summary>
    /// <exception cref="ModelException">The model has no head and no attached member brings one.</exception>
    /// <exception cref="ObjectDisposedException">They were disposed.</exception>
    public Tensor Logits =>
        Named.TryGetValue("logits", out var logits)
            ? logits
            : throw new ModelException(
                "This model has no head, so it gives no logits. Attach adapters that bring one, or load a classification checkpoint."
            );

    /// <summary>Frees every tensor.</summary>
    public void Dispose()
    {
        isDisposed = true;
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }

        tensors.Clear();
    }
}
