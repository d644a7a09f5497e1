using System.Globalization;

namespace LoRAEnsembleHub.Cli.Rendering;

/// <summary>Numbers as people see them; JSON and CSV have them raw.</summary>
internal static class Figures
{
    private static readonly string[] units = ["B", "kB", "MB", "GB", "TB"];

    /// <summary>A whole number with separators, such as 1,234,567.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A p-value with four decimals, of which one too small for them is not nothing.</summary>
    public static string Chance(double number) => number < 0.0001 ? "< 0.0001" : Score(number);

    /// <summary>A number with three decimals: a probability, nats, milliseconds.</summary>
    public static string Short(double number) => number.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>A number with four decimals: a score.</summary>
    public static string Score(double number) => number.ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>Every digit that the number has.</summary>
    public static string Raw(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A share in per cent with one decimal.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    /// <summary>Bytes in decimal units, such as 4.1 MB.</summary>
    public static string Bytes(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1000 && unit < units.Length - 1)
        {
            (value, unit) = (value / 1000, unit + 1);
        }

        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {units[unit]}");
    }

    /// <summary>Sizes of dimensions, such as [8, 400, 10].</summary>
    public static string Shape(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";

    /// <summary>Some items and how many more there are.</summary>
    public static string Listed(IReadOnlyList<string> items, int most = 12) =>
        string.Join(", ", items.Take(most)) + (items.Count > most ? $" and {items.Count - most} more" : "");
}
