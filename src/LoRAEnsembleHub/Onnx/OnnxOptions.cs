namespace LoRAEnsembleHub.Onnx;

/// <summary>How a model is written as ONNX.</summary>
public sealed record OnnxOptions
{
    /// <summary>What the name of a file of weights has behind that of its model.</summary>
    public const string ExternalSuffix = "_data";

    /// <summary>The defaults.</summary>
    public static OnnxOptions Default { get; } = new();

    /// <summary>
    /// Whether the attached members' factors and heads are inputs of the graph instead of lying in the file: <c>NAME.lora_A</c> [members, rank, in],
    /// <c>NAME.lora_B</c> [members, out, rank] with the scale in it, and the head's parameters [members, …]. Such a file runs any ensemble that
    /// adapts the same projections.
    /// </summary>
    public bool AdapterInputs { get; init; }

    /// <summary>Whether weights lie in a file of their own beside the model's; null does so only where one file cannot hold them (2 GiB).</summary>
    public bool? ExternalWeights { get; init; }

    /// <summary>Notes that are written into the model, by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
