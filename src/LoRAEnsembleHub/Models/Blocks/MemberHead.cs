using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>A classification head: one linear layer per member, behind a layer norm of the member's own where the model has one.</summary>
/// <remarks>The base's head is one for all members: its leading axis is 1.</remarks>
/// <param name="Weight">[members or 1, classes, hidden].</param>
/// <param name="Bias">[members or 1, classes].</param>
internal sealed record MemberHead(Tensor Weight, Tensor Bias)
{
    /// <summary>The norm in front, or null.</summary>
    public MemberNorm? Norm { get; init; }

    /// <summary>Takes a head's parameters by name.</summary>
    /// <param name="parameters">[members or 1, …] each.</param>
    /// <param name="module">Path of the linear layer.</param>
    public static MemberHead Of(IReadOnlyDictionary<string, Tensor> parameters, string module) =>
        new(parameters[$"{module}.weight"], parameters[$"{module}.bias"]);

    /// <summary>Computes the logits.</summary>
    /// <param name="x">[members or 1, batch, hidden].</param>
    /// <returns>[members or 1, batch, classes], fresh, in the caller's scope.</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var given = x.to(Weight.dtype); // heads that are learned stay exact on a base that is not
        var features = Norm is null ? given : Norm.Forward(given); // [members or 1, batch, hidden]
        return (features.matmul(Weight.transpose(1, 2)) + Bias.unsqueeze(1)).MoveToOuterDisposeScope(); // [members or 1, batch, classes]
    }
}

/// <summary>Layer normalisation over the last axis, with a scale and a shift per member.</summary>
/// <param name="Weight">[members or 1, hidden].</param>
/// <param name="Bias">[members or 1, hidden].</param>
/// <param name="Eps">Added to the variance.</param>
internal sealed record MemberNorm(Tensor Weight, Tensor Bias, double Eps)
{
    /// <summary>Takes a norm's parameters by name.</summary>
    public static MemberNorm Of(IReadOnlyDictionary<string, Tensor> parameters, string module, double eps) =>
        new(parameters[$"{module}.weight"], parameters[$"{module}.bias"], eps);

    /// <param name="x">[members or 1, batch, hidden].</param>
    /// <returns>[members or 1, batch, hidden], fresh, in the caller's scope.</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var normal = nn.functional.layer_norm(x, [x.size(-1)], eps: Eps);
        return (normal * Weight.unsqueeze(1) + Bias.unsqueeze(1)).MoveToOuterDisposeScope();
    }
}
