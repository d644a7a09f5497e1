using System.Text.Json;
using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Adapters;

/// <summary>The two forms in which PEFT names modules: a list of path endings, or one regular expression for the whole path.</summary>
/// <remarks>peft, tuners/tuners_utils.py, check_target_module_exists.</remarks>
internal sealed class ModulePattern
{
    private readonly string[]? endings;
    private readonly Regex? whole;

    private ModulePattern(string[]? endings, Regex? whole) => (this.endings, this.whole) = (endings, whole);

    /// <summary>Reads a config value; null for none.</summary>
    /// <exception cref="ArgumentException">The regular expression is not one.</exception>
    public static ModulePattern? Read(JsonElement? value) =>
        value switch
        {
            null => null,
            // every linear layer but the head; the sites of a model are just these
            { ValueKind: JsonValueKind.String } text when text.GetString()!.Equals("all-linear", StringComparison.OrdinalIgnoreCase) => new(
                [],
                Any
            ),
            { ValueKind: JsonValueKind.String } text => new(
                null,
                new Regex($"^(?:{text.GetString()})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))
            ),
            { } list => new([.. list.EnumerateArray().Select(item => item.GetString()!)], null),
        };

    /// <summary>Whether a module path is meant.</summary>
    public bool Matches(string name) =>
        (whole is not null && whole.IsMatch(name))
        || (endings is not null && endings.Any(ending => name == ending || name.EndsWith("." + ending, StringComparison.Ordinal)));

    private static Regex Any { get; } = new("^", RegexOptions.CultureInvariant);
}
