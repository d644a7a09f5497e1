using System.Text.Json;
using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Training;

/// <summary>Tells of wrong settings in the words of the file instead of those of .NET.</summary>
internal static partial class SettingsFault
{
    /// <summary>What is wrong with a text of settings.</summary>
    internal static TrainingException In(string json, JsonException fault, string place)
    {
        var isJson = IsJson(json);
        return new(Of(fault, place), fault) { IsMalformed = !isJson, IsSetting = isJson };
    }

    /// <summary>What is wrong, and where in the file.</summary>
    internal static string Of(JsonException fault, string place)
    {
        var path = fault.Path?.TrimStart('$').TrimStart('.') ?? "";
        var where = fault.LineNumber is { } line ? $"{place}({line + 1})" : place;
        return Unknown().Match(fault.Message) is { Success: true } unknown
                ? $"{where}: there is no setting {Joined(path, unknown.Groups["name"].Value)}. Correct its name or take it out."
            : fault.Message.Contains("could not be converted", StringComparison.Ordinal)
                ? $"{where}: the value of {path} is of the wrong kind or out of range. See an example: every finished run leaves a {RunConfig.FileName}."
            : path.Length == 0 || fault.Message.Contains("Path:", StringComparison.Ordinal) ? $"{where}: {fault.Message}"
            : $"{where}: {path}: {fault.Message}";
    }

    private static bool IsJson(string text)
    {
        try
        {
            using (JsonDocument.Parse(text)) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // the path of some faults ends in the name already
    private static string Joined(string path, string name) =>
        path.Length == 0 ? name
        : path == name || path.EndsWith($".{name}", StringComparison.Ordinal) ? path
        : $"{path}.{name}";

    [GeneratedRegex("'(?<name>[^']*)' could not be mapped")]
    private static partial Regex Unknown();
}
