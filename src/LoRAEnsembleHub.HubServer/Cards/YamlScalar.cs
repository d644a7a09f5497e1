using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>Tells what a value of YAML is, by the core schema of YAML 1.2.</summary>
/// <remarks>So <c>no</c> is a text (the language), not false as in YAML 1.1.</remarks>
internal static partial class YamlScalar
{
    private const string TagPrefix = "tag:yaml.org,2002:";

    /// <returns>The value in JSON; null for nothing.</returns>
    /// <exception cref="CardException">It has a tag that the core schema does not know.</exception>
    public static JsonNode? Read(Scalar scalar)
    {
        var text = scalar.Value;
        if (!scalar.Tag.IsEmpty && !scalar.Tag.IsNonSpecific)
        {
            return scalar.Tag.Value switch
            {
                TagPrefix + "str" => text,
                TagPrefix + "null" => null,
                TagPrefix + "bool" or TagPrefix + "int" or TagPrefix + "float" or TagPrefix + "timestamp" => Plain(text),
                _ => throw new CardException($"Line {scalar.Start.Line}: the tag '{HubText.Shown(scalar.Tag.Value)}' is not allowed."),
            };
        }

        return scalar.Style == ScalarStyle.Plain && !scalar.Tag.IsNonSpecific ? Plain(text) : text;
    }

    private static JsonNode? Plain(string text) =>
        text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => true,
            "false" or "False" or "FALSE" => false,
            _ => Number(text) ?? text,
        };

    private static JsonNode? Number(string text)
    {
        if (
            DecimalInteger().IsMatch(text)
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
        )
        {
            return integer;
        }

        if (
            HexInteger().IsMatch(text)
            && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)
        )
        {
            return hex;
        }

        // JSON has no infinity and no NaN; they stay texts.
        return
            Real().IsMatch(text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
            && double.IsFinite(real)
            ? real
            : null;
    }

    [GeneratedRegex("^[-+]?[0-9]+$", RegexOptions.NonBacktracking)]
    private static partial Regex DecimalInteger();

    [GeneratedRegex("^0x[0-9a-fA-F]+$", RegexOptions.NonBacktracking)]
    private static partial Regex HexInteger();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.NonBacktracking)]
    private static partial Regex Real();
}
