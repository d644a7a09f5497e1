using System.Globalization;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Values spelled as Python's json module spells them.</summary>
/// <remarks>By hand because JSON writers of .NET spell 1.0 as 1, which Python would read back as an integer.</remarks>
internal static class PythonJson
{
    public static string Object(IEnumerable<KeyValuePair<string, string>> fields) =>
        $"{{\n{string.Join(",\n", fields.Select(field => $"  \"{field.Key}\": {field.Value}"))}\n}}\n";

    public static string Flag(bool value) => value ? "true" : "false";

    public static string Whole(int value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Number(double value)
    {
        var digits = value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        return digits.AsSpan().IndexOfAny('.', 'e') < 0 ? digits + ".0" : digits;
    }
}
