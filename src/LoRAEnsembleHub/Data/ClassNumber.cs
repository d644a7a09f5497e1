using System.Globalization;

namespace LoRAEnsembleHub.Data;

/// <summary>Reads labels that number the classes instead of naming them.</summary>
internal static class ClassNumber
{
    /// <summary>The highest label; a typing error must not become a list of a billion class names.</summary>
    internal const int Highest = 999_999;

    /// <summary>Whether a label is a whole number, in range or not; where all are, labels are numbers and no names.</summary>
    internal static bool Is(string label) =>
        label.AsSpan(label is ['-' or '+', ..] ? 1 : 0) is { Length: > 0 } digits && !digits.ContainsAnyExceptInRange('0', '9');

    /// <summary>Reads a label that is in range.</summary>
    internal static bool TryRead(string? label, out int number) =>
        int.TryParse(label, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && number is >= 0 and <= Highest;

    /// <summary>Reads a label.</summary>
    /// <param name="label">A whole number.</param>
    /// <param name="where">Where it stands, for the message.</param>
    /// <exception cref="DataSetException">It is out of range.</exception>
    internal static int Read(string? label, string where) =>
        TryRead(label, out var number)
            ? number
            : throw DataSetException.Malformed($"{where}: the label is {label}; labels are 0 … {Highest}.");
}
