namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>A Python name that a pickle imports.</summary>
/// <param name="Module">The module, as in the file.</param>
/// <param name="Name">The name in it, perhaps with dots.</param>
/// <param name="Rating">What it can do.</param>
internal sealed record PickleImport(string Module, string Name, ImportRating Rating);
