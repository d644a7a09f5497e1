using TorchSharp;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>Finds the tensors that callers hand to a model, and refuses by name what holds no numbers.</summary>
internal static class InputTensors
{
    /// <summary>The input of a name.</summary>
    /// <param name="inputs">What was given.</param>
    /// <param name="name">As transformers spells it.</param>
    /// <exception cref="ModelException">It is missing or null, or its tensor has no numbers in memory.</exception>
    /// <exception cref="ObjectDisposedException">Its tensor was disposed.</exception>
    internal static Tensor Get(IReadOnlyDictionary<string, Tensor> inputs, string name) =>
        Find(inputs, name)
        ?? throw new ModelException(
            $"The input {name} is missing; {(inputs.Count == 0 ? "none was given" : $"given were {string.Join(", ", inputs.Keys)}")}."
        );

    /// <summary>The input of a name, or null where it is not given.</summary>
    /// <inheritdoc cref="Get"/>
    internal static Tensor? Find(IReadOnlyDictionary<string, Tensor> inputs, string name)
    {
        if (!inputs.TryGetValue(name, out var tensor))
        {
            return null;
        }

        if (tensor is null)
        {
            throw new ModelException($"The input {name} is null; give a tensor, or leave it out where it is not needed.");
        }

        if (tensor.IsInvalid)
        {
            throw new ObjectDisposedException(name, $"The tensor of the input {name} was disposed before the model could read it.");
        }

        return tensor.device_type != DeviceType.META && !tensor.is_sparse
            ? tensor
            : throw new ModelException(
                $"The input {name} is a {(tensor.is_sparse ? "sparse" : "meta")} tensor; needed is one with all of its numbers."
            );
    }

    /// <summary>The input of a name with numbers that a processor made, not the bytes of a picture or the samples of a sound.</summary>
    /// <inheritdoc cref="Get"/>
    internal static Tensor GetPrepared(IReadOnlyDictionary<string, Tensor> inputs, string name)
    {
        var tensor = Get(inputs, name);
        return tensor.is_floating_point()
            ? tensor
            : throw new ModelException(
                $"{name} is {tensor.dtype}; needed are floating-point numbers as the model's own preprocessing makes them (InputPipelines)."
            );
    }
}
