using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>Opens data sets for measuring and predicting.</summary>
internal static class ExampleSets
{
    /// <summary>Which examples a limit picks; fixed, so that figures can be compared.</summary>
    public const long Seed = 42;

    /// <summary>Opens a split with its labels on the classes of a model.</summary>
    public static LabeledExamples OpenFor(InputPipeline pipeline, string path, string split, IReadOnlyList<string> labels, int? limit) =>
        Limited(pipeline.Open(path, split, labels), limit);

    /// <summary>Opens a split with its own classes, whatever they are.</summary>
    public static LabeledExamples OpenOther(InputPipeline pipeline, string path, string split, int? limit) =>
        Limited(pipeline.Open(path, split), limit);

    /// <summary>Opens a split with its labels on the classes of a model where they are the same ones, else with its own.</summary>
    public static LabeledExamples OpenAny(InputPipeline pipeline, string path, string split, IReadOnlyList<string> labels, int? limit)
    {
        try
        {
            return OpenFor(pipeline, path, split, labels, limit);
        }
        catch (InvalidDataException)
        {
            // other classes, or broken data; the second is thrown again here
            return OpenOther(pipeline, path, split, limit);
        }
    }

    /// <summary>The repository that a data set is a copy of, or what its path suggests.</summary>
    public static string IdOf(string path) =>
        RepositoryFolder.Of(File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path).RepoId;

    /// <summary>Drawn over the whole split, because many data sets are sorted by class.</summary>
    private static LabeledExamples Limited(LabeledExamples examples, int? limit) =>
        limit is { } count && count < examples.Count ? examples.Subset(count, Seed) : examples;
}
