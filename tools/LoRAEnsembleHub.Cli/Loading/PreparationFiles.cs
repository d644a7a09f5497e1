using LoRAEnsembleHub.Data;

namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>The files that say how inputs are prepared, to be written beside what is made of an ensemble.</summary>
internal static class PreparationFiles
{
    /// <summary>Those of the first folder that has any; null stands for none.</summary>
    /// <returns>Paths; none where no folder has any.</returns>
    public static IEnumerable<string> Of(params IEnumerable<string?> folders) =>
        folders.OfType<string>().FirstOrDefault(InputPipelines.IsIn) is { } place
            ? InputPipelines.FilesIn(place).Select(file => Path.Combine(place, file))
            : [];
}
