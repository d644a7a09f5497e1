namespace LoRAEnsembleHub.Weights;

/// <summary>A checkpoint does not hold exactly the tensors that a model needs.</summary>
/// <remarks>Nothing was loaded when this is thrown.</remarks>
public sealed class WeightsException : Exception
{
    /// <summary>Makes an exception that names every tensor concerned.</summary>
    /// <param name="message">What was found, what was needed, where, and what to do.</param>
    /// <param name="missing">Names that the model needs and the checkpoint lacks.</param>
    /// <param name="unused">Names in the checkpoint that no part of the model asked for.</param>
    public WeightsException(string message, IReadOnlyList<string>? missing = null, IReadOnlyList<string>? unused = null)
        : base(message) => (Missing, Unused) = (missing ?? [], unused ?? []);

    /// <summary>Names that the model needs and the checkpoint lacks, in the spelling of transformers 4 without prefix.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Names in the checkpoint that no part of the model asked for, as the file spells them.</summary>
    public IReadOnlyList<string> Unused { get; }
}
