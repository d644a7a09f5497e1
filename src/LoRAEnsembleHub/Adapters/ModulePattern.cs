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

    /// <summary>Whether the value was one string and no list.</summary>
    public bool IsText => whole is not null;

    /// <summary>Reads a config value.</summary>
    /// <exception cref="ArgumentException">The regular expression is not one.</exception>
    /// <exception cref="InvalidOperationException">The value is neither text nor a list of texts.</exception>
    public static ModulePattern Read(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return new([.. value.EnumerateArray().Select(item => item.GetString()!)], null);
        }

        var text = value.GetString()!;
        // every linear layer but the head; the sites of a model are just these
        return text.Equals("all-linear", StringComparison.OrdinalIgnoreCase)
            ? new(null, PythonRegex.Compile("", "^"))
            : new(null, PythonRegex.Compile(text, "^(?:{0})$"));
    }

    /// <summary>Whether a module path is meant.</summary>
    /// <exception cref="RegexMatchTimeoutException">The regular expression backtracks without end.</exception>
    public bool Matches(string name) =>
        (whole is not null && whole.IsMatch(name))
        || (endings is not null && endings.Any(ending => name == ending || name.EndsWith("." + ending, StringComparison.Ordinal)));
}
