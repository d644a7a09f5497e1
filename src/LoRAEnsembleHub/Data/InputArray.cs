using static TorchSharp.torch;

namespace LoRAEnsembleHub.Data;

/// <summary>One input of a model as a plain array: what becomes a tensor, without torch.</summary>
public abstract class InputArray
{
    private protected InputArray(string name, IReadOnlyList<long> shape, Array values) => (Name, Shape, Values) = (name, shape, values);

    /// <summary>As transformers spells it, such as <c>pixel_values</c>.</summary>
    public string Name { get; }

    /// <summary>Batch first.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Row-major; <c>float[]</c> or <c>long[]</c>.</summary>
    public Array Values { get; }

    /// <summary>A tensor of the same values, in the caller's scope.</summary>
    internal abstract Tensor ToTensor();
}

/// <summary>An input of numbers, such as pixels.</summary>
/// <param name="name">As transformers spells it.</param>
/// <param name="shape">Batch first.</param>
/// <param name="numbers">Row-major; as many as the shape says.</param>
public sealed class NumberArray(string name, IReadOnlyList<long> shape, float[] numbers) : InputArray(name, shape, numbers)
{
    internal override Tensor ToTensor() => tensor(numbers, [.. Shape]);
}

/// <summary>An input of indices, such as token ids.</summary>
/// <param name="name">As transformers spells it.</param>
/// <param name="shape">Batch first.</param>
/// <param name="indices">Row-major; as many as the shape says.</param>
public sealed class IndexArray(string name, IReadOnlyList<long> shape, long[] indices) : InputArray(name, shape, indices)
{
    internal override Tensor ToTensor() => tensor(indices, [.. Shape]);
}
