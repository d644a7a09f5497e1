namespace LoRAEnsembleHub.Models;

/// <summary>A model description or a model input is not one that can be computed as its authors would.</summary>
public sealed class ModelException : Exception
{
    /// <summary>Makes an exception with a message that says what was found, what was needed, where, and what to do.</summary>
    public ModelException(string message)
        : base(message) { }

    /// <summary>Makes an exception on top of the one that revealed the fault.</summary>
    public ModelException(string message, Exception inner)
        : base(message, inner) { }
}
