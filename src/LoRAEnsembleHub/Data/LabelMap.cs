using System.Globalization;

namespace LoRAEnsembleHub.Data;

/// <summary>Brings the labels of a data set onto the class list that the caller works with.</summary>
internal sealed class LabelMap
{
    private readonly string where;
    private readonly int ownCount; // classes of the data set itself, as far as it tells
    private readonly int[]? wanted; // index into ClassNames of each of the data set's own classes; null where the numbers stay
    private readonly Dictionary<string, int> byName;

    /// <summary>Joins the data set's own names and those asked for.</summary>
    /// <param name="where">The data set, for messages.</param>
    /// <param name="own">The names the data set states, in its label order; null if it states none.</param>
    /// <param name="asked">The names the caller wants, in the caller's label order; null to take the data set's.</param>
    /// <param name="classCount">The number of classes of the data set if it names none; 0 if it does not tell.</param>
    /// <exception cref="DataSetException">The data set has a class that was not asked for.</exception>
    internal LabelMap(string where, IReadOnlyList<string>? own, IReadOnlyList<string>? asked, int classCount)
    {
        this.where = where;
        ownCount = own?.Count ?? (classCount > 0 ? classCount : int.MaxValue);
        ClassNames =
        [
            .. asked ?? own ?? [.. Enumerable.Range(0, classCount).Select(label => label.ToString(CultureInfo.InvariantCulture))],
        ];
        byName = ClassNames
            .Select((name, label) => (name, label))
            .ToDictionary(pair => pair.name, pair => pair.label, StringComparer.Ordinal);
        if (own is not null && asked is not null)
        {
            wanted = [.. own.Select(ByName)];
        }
    }

    /// <summary>The class list of the opened set.</summary>
    internal IReadOnlyList<string> ClassNames { get; }

    /// <summary>The label of a class that the data set gives as a number.</summary>
    /// <exception cref="DataSetException">There is no such class.</exception>
    internal int ByNumber(int number, string source)
    {
        var limit = wanted?.Length ?? ClassNames.Count;
        if (number < 0 || number >= limit)
        {
            var message =
                $"{source}: the label is {number}; {where} has {limit} classes, 0 … {limit - 1}. Correct the label or the list of class names.";
            throw number >= ownCount ? DataSetException.Malformed(message) : DataSetException.Unfit(message);
        }

        return wanted?[number] ?? number;
    }

    /// <summary>The label of a class that the data set gives by name.</summary>
    /// <exception cref="DataSetException">There is no such class.</exception>
    internal int ByName(string name) =>
        byName.TryGetValue(name, out var label)
            ? label
            : throw DataSetException.Unfit(
                $"{where}: the class '{name}' is not among the {ClassNames.Count} classes {Shortened()}. "
                    + "Rename the classes of the data set, or give a data set of the model's classes."
            );

    private string Shortened() => string.Join(", ", ClassNames.Take(10)) + (ClassNames.Count > 10 ? ", …" : "");
}
