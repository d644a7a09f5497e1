using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Onnx;

/// <summary>What is to be written: a base and the members attached to it.</summary>
/// <param name="Parameters">The base's weights by canonical name.</param>
/// <param name="Catalogue">The names of its projections.</param>
/// <param name="Members">The attached members, in Float32; null for the base alone.</param>
/// <param name="HeadModules">The modules that make logits: the members' own, or the base's; none when there is no head.</param>
/// <param name="TokensRead">So many tokens at the front hold everything that heads read.</param>
/// <param name="Epsilon">Of every layer norm.</param>
internal sealed record OnnxSource(
    ParameterSet Parameters,
    AdapterCatalogue Catalogue,
    AttachedMembers? Members,
    IReadOnlyList<string> HeadModules,
    long TokensRead,
    double Epsilon
)
{
    /// <summary>Length of the members axis inside the graph.</summary>
    public int Count => Members?.Count ?? 1;

    /// <summary>A parameter of the head, and its shape with a members axis in front, which is of length one for the base's own.</summary>
    public (Tensor Values, long[] Shape, bool IsMembers) Head(string name) =>
        Members is { Head.Count: > 0 }
            ? (Members.Head[name], Members.Head[name].shape, true)
            : (Parameters[name], [1, .. Parameters[name].shape], false);
}
