namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>What importing a Python name while unpickling can do.</summary>
internal enum ImportRating
{
    /// <summary>Listed as harmless: tensors, numbers, containers.</summary>
    Innocuous,

    /// <summary>Not listed; nobody here knows.</summary>
    Suspicious,

    /// <summary>Listed as a way to run code, reach files or the network, or find such a way at run time; or hidden on purpose.</summary>
    Dangerous,
}
