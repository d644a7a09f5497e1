using System.Globalization;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>Reads sizes as people write them; units are decimal, as in the command line's own figures and in Hugging Face's.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] units =
    [
        ("TB", 1_000_000_000_000),
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("KB", 1_000),
        ("T", 1_000_000_000_000),
        ("G", 1_000_000_000),
        ("M", 1_000_000),
        ("K", 1_000),
        ("B", 1),
        ("", 1),
    ];

    /// <param name="option">Whose value it is.</param>
    /// <param name="text">Such as <c>50GB</c>, <c>1.5 G</c> or <c>1000</c>.</param>
    /// <exception cref="CommandException">It is no size.</exception>
    public static long Parse(string option, string text)
    {
        var (unit, factor) = units.First(pair => text.EndsWith(pair.Unit, StringComparison.OrdinalIgnoreCase));
        var number = text[..^unit.Length].Trim();
        return
            decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value <= long.MaxValue / (decimal)factor
            ? (long)(value * factor)
            : throw CommandException.Usage($"{option} is {text}; it must be a size such as 50GB, 500MB or a number of bytes.");
    }
}
