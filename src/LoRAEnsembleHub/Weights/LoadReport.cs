namespace LoRAEnsembleHub.Weights;

/// <summary>What a checkpoint held and what became of it.</summary>
public sealed record LoadReport
{
    /// <summary>The weight files, by bare name, in the order they were opened.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>The layouts the names belong to: transformers 4, transformers 5, TensorFlow (gamma and beta), timm or torchvision.</summary>
    public required IReadOnlyList<string> Layouts { get; init; }

    /// <summary>Tensors that the model took.</summary>
    public required int Taken { get; init; }

    /// <summary>Of the tensors taken, those that lie in the mapped file and were not copied.</summary>
    public required int Mapped { get; init; }

    /// <summary>Bytes that had to be copied or converted.</summary>
    public required long CopiedBytes { get; init; }

    /// <summary>Names in the checkpoint that this model has no use for and is known not to need, such as a pooler.</summary>
    public required IReadOnlyList<string> Ignored { get; init; }

    /// <summary>The element types in the files, by safetensors name, with the number of tensors of each.</summary>
    public required IReadOnlyDictionary<string, int> Dtypes { get; init; }

    /// <summary>Fields of config.json that were not known and had no influence.</summary>
    public IReadOnlyList<string> UnknownConfigFields { get; init; } = [];
}
