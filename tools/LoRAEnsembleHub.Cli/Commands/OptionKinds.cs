using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Options whose values are checked while the command line is parsed.</summary>
internal static partial class OptionKinds
{
    /// <summary>A whole number with a lower bound.</summary>
    public static Option<int?> WholeNumber(string name, string description, string helpName = "N", int least = 1)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = helpName };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var value) && value < least)
            {
                result.AddError($"{name} is {value}; it must be {least} or more.");
            }
        });
        return option;
    }

    /// <summary>A number with a lower bound.</summary>
    /// <param name="name">The option.</param>
    /// <param name="description">What it does.</param>
    /// <param name="isZeroAllowed">Whether 0 will do, or only what is above it.</param>
    public static Option<double?> Number(string name, string description, bool isZeroAllowed = false)
    {
        var option = new Option<double?>(name) { Description = description, HelpName = "X" };
        option.Validators.Add(result =>
        {
            if (
                result.Tokens is [{ Value: var text }]
                && double.TryParse(text, CultureInfo.InvariantCulture, out var value)
                && !(double.IsFinite(value) && (value > 0 || (isZeroAllowed && value == 0)))
            )
            {
                result.AddError($"{name} is {text}; it must be {(isZeroAllowed ? "0 or more" : "above 0")}.");
            }
        });
        return option;
    }

    /// <summary>One of a few words.</summary>
    public static Option<string?> OneOf(string name, string description, params string[] words)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = string.Join('|', words) };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !words.Contains(text))
            {
                result.AddError($"{name} is {text}; it must be one of {string.Join(", ", words)}.");
            }
        });
        return option;
    }

    /// <summary>A compute device by name; whether it is there is found out when it is used.</summary>
    public static Option<string?> Device()
    {
        var option = new Option<string?>("--device") { Description = "Where to compute", HelpName = "cpu|cuda|cuda:N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !DeviceName().IsMatch(text))
            {
                result.AddError($"--device is {text}; it must be cpu, cuda, or cuda:N with N counted from 0.");
            }
        });
        return option;
    }

    /// <summary>How products with frozen weights are computed.</summary>
    public static Option<string?> Route() =>
        OneOf(
            "--route",
            "Products with the base's weights on the CPU: plain, as 1 x 1 convolutions, the library's own, or what a trial finds fastest (default: automatic)",
            "automatic",
            "matrix",
            "convolution",
            "blocked"
        );

    /// <summary>How LoRA tensors are spelled.</summary>
    public static Option<string?> Naming() => OneOf("--naming", "Spelling of the tensors: for which transformers", "both", "v4", "v5");

    /// <summary>The licence that a card states.</summary>
    public static Option<string?> License() => Text("--license", "ID", "Licence of the ensemble, for its card");

    /// <summary>A path or another text.</summary>
    public static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };

    /// <summary>A path that must be given.</summary>
    public static Option<string> Needed(string name, string helpName, string description) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            Required = true,
        };

    /// <summary>Whether an option stands on the command line.</summary>
    public static bool IsGiven(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>On when it is given.</summary>
    public static Option<bool> Switch(string name, string description) => new(name) { Description = description };

    [GeneratedRegex("^(cpu|cuda(:[0-9]{1,3})?)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DeviceName();
}
