namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>The verdict on a file, from nothing known to the worst.</summary>
internal enum ScanLevel
{
    /// <summary>The file is of no kind that is looked into.</summary>
    Unscanned,

    /// <summary>Looked into, and nothing but harmless things found.</summary>
    Safe,

    /// <summary>Could not be looked into to the end, or breaks a rule of its format.</summary>
    Caution,

    /// <summary>Imports something that is not known to be harmless.</summary>
    Suspicious,

    /// <summary>Imports something that can run code.</summary>
    Unsafe,
}
