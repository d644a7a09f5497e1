using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Weights;

/// <summary>Named tensors in one open file, whatever its format.</summary>
/// <param name="Name">What messages call the file.</param>
/// <param name="Path">Where it can be mapped from; null for one that is not on disk.</param>
/// <param name="FileBytes">Length of the whole file.</param>
/// <param name="Tensors">The tensors, under the names that they are to be known by.</param>
internal sealed record WeightSource(string Name, string? Path, long FileBytes, IReadOnlyList<(string Name, TensorView View)> Tensors)
{
    /// <summary>A safetensors file.</summary>
    public static WeightSource Of(SafetensorsFile file) =>
        new(file.Name, file.Path, file.FileBytes, [.. file.Tensors.Select(view => (view.Name, view))]);
}
