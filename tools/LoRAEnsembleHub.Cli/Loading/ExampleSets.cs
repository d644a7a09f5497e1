using System.Globalization;
using LoRAEnsembleHub.Data;

namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>Opens data sets for measuring and predicting.</summary>
internal static class ExampleSets
{
    /// <summary>Opens a split with its labels on the classes of a model.</summary>
    public static LabeledExamples OpenFor(InputPipeline pipeline, string path, string split, IReadOnlyList<string> labels, int? limit) =>
        pipeline.Open(path, split, labels).AtMost(limit);

    /// <summary>Whether classes of a model that have names are measured on a data set that only numbers its own.</summary>
    public static bool TakesClassesByNumber(InputPipeline pipeline, string path, string split, IReadOnlyList<string> labels) =>
        !AreNumbers(labels) && AreNumbers(pipeline.Open(path, split).ClassNames);

    /// <summary>Opens a split with its own classes, whatever they are.</summary>
    public static LabeledExamples OpenOther(InputPipeline pipeline, string path, string split, int? limit) =>
        pipeline.Open(path, split).AtMost(limit);

    /// <summary>Opens a split with its labels on the classes of a model where they are the same ones, else with its own.</summary>
    public static LabeledExamples OpenAny(InputPipeline pipeline, string path, string split, IReadOnlyList<string> labels, int? limit)
    {
        try
        {
            return OpenFor(pipeline, path, split, labels, limit);
        }
        catch (DataSetException other) when (other.Fault == DataSetFault.Unfit)
        {
            // other classes, or no labels; the second is told again here
            return OpenOther(pipeline, path, split, limit);
        }
    }

    private static bool AreNumbers(IReadOnlyList<string> names) =>
        names.Index().All(name => name.Item == name.Index.ToString(CultureInfo.InvariantCulture));
}
