using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Data;

/// <summary>What data sets are called in messages and reports.</summary>
internal static class DataNames
{
    /// <summary>The name of one part of a data set.</summary>
    internal static string Of(string place, string split) => $"{RepositoryFolder.Of(place).Name}/{Splits.Canonical(split)}";

    /// <summary>The name of a data set that is not divided.</summary>
    /// <exception cref="DataSetException">The part asked for is one that only a divided data set can have.</exception>
    internal static string Whole(string place, string split) =>
        split == Splits.Whole || Splits.IsKnown(split)
            ? Of(place, Splits.Whole)
            : throw DataSetException.NotFound(
                $"{place}: there is no split '{split}'; the data set is not divided. Ask for '{Splits.Whole}'."
            );
}
