namespace LoRAEnsembleHub.Adapters;

/// <summary>An adapter, a member of an ensemble or its manifest does not fit, or asks for what is not supported.</summary>
/// <remarks>Whatever was to be changed is as it was when this is thrown.</remarks>
public sealed class AdapterException : Exception
{
    /// <summary>Makes an exception with a message that says what was found, what was needed, where, and what to do.</summary>
    public AdapterException(string message)
        : base(message) { }

    /// <summary>Makes an exception on top of the one that revealed the fault.</summary>
    public AdapterException(string message, Exception inner)
        : base(message, inner) { }

    /// <summary>Whether the fault is that bytes are not the ones that were promised (a hash does not match) or no file of their kind (not even JSON).</summary>
    public bool IsIntegrity { get; init; }
}
