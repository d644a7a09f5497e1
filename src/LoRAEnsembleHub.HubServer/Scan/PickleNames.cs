namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Knows the names under which Python's loaders expect pickles.</summary>
internal static class PickleNames
{
    private static readonly string[] endings = [".bin", ".ckpt", ".joblib", ".pickle", ".pkl", ".pt", ".pth"];

    /// <returns>Whether a file of that name is loaded as a pickle, or as a container of pickles.</returns>
    /// <param name="path">A name, perhaps with folders.</param>
    public static bool Fits(string path) => endings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
