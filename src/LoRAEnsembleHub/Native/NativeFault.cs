namespace LoRAEnsembleHub.Native;

/// <summary>One library that is missing or does not load, and the sentence that says so.</summary>
internal sealed record NativeFault(string Library, string Message)
{
    /// <summary>No file of that name was there.</summary>
    public bool IsMissing { get; init; }
}
