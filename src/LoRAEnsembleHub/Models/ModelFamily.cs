namespace LoRAEnsembleHub.Models;

/// <summary>One family of transformers: which models are its own and how their configs are read.</summary>
/// <remarks>Which family a model belongs to is decided in <see cref="PretrainedModels"/> alone; all else asks the family.</remarks>
internal abstract class ModelFamily
{
    /// <summary>The model types, as config.json states them.</summary>
    public abstract IReadOnlyList<string> ModelTypes { get; }

    /// <summary>What the models take.</summary>
    public abstract Modality Modality { get; }

    /// <summary>Whether transformers 5.9 renamed the projections, so that adapters may stand under two spellings.</summary>
    public abstract bool HasTwoSpellings { get; }

    /// <summary>Whether the family reads a config of this model_type; null stands for a config that states none.</summary>
    public abstract bool Reads(string? modelType);

    /// <summary>Reads a config.</summary>
    /// <exception cref="ModelException">It asks for something that is not supported; the field is named.</exception>
    public abstract ModelLayout Read(string json, string place);

    /// <summary>The smallest model that an adapter could belong to, or null when its names are those of another family.</summary>
    /// <param name="sizes">What the shapes of its tensors tell.</param>
    /// <param name="mentions">Whether any name of a tensor contains a text.</param>
    public abstract ModelLayout? Smallest(AdaptedSizes sizes, Func<string, bool> mentions);
}

/// <summary>The sizes of a base as far as an adapter for it shows them.</summary>
internal readonly record struct AdaptedSizes(int Layers, int Hidden, int Intermediate);
