using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Weights;

/// <summary>Turns the parameter names of every known layout into one spelling: transformers 4 without the model's prefix.</summary>
/// <remarks>The rules are data: names.json beside this file, from the layouts of transformers 4 and 5.9, TensorFlow, timm and torchvision.</remarks>
internal sealed class NameTable
{
    /// <summary>The layout whose names need no rule.</summary>
    public const string Canonical = "transformers 4";

    private readonly Layout[] layouts;

    private NameTable(Layout[] layouts, string[] wrappers) => (this.layouts, Wrappers) = (layouts, wrappers);

    /// <summary>The table that ships with the library.</summary>
    public static NameTable Default { get; } = Read();

    /// <summary>Prefixes that training frameworks put around a whole model.</summary>
    private IReadOnlyList<string> Wrappers { get; }

    /// <summary>What frameworks put in front of all names of a checkpoint, one inside the other; empty where there is nothing.</summary>
    /// <param name="names">All of them; none at all have no prefix.</param>
    public string WrapperOf(IReadOnlyCollection<string> names)
    {
        var whole = "";
        string? next = null;
        do
        {
            whole += next;
            next = Wrappers.FirstOrDefault(prefix =>
                names.Count > 0 && names.All(name => name.AsSpan().StartsWith(whole) && name.AsSpan(whole.Length).StartsWith(prefix))
            );
        } while (next is not null);
        return whole;
    }

    /// <summary>The canonical names a tensor of a checkpoint stands for, and the layout its spelling belongs to.</summary>
    /// <param name="name">The name in the file, without wrapper and model prefix.</param>
    /// <param name="beside">All names of the checkpoint, without prefixes; some rules depend on a neighbour.</param>
    public NameMatch Match(string name, FrozenSet<string> beside)
    {
        foreach (var layout in layouts)
        {
            foreach (var rule in layout.Rules)
            {
                var match = rule.Pattern.Match(name);
                if (match.Success && (rule.Beside is null || beside.Contains(rule.Beside)))
                {
                    return new NameMatch([.. rule.Targets.Select(target => Fill(target, match))], layout.Name);
                }
            }
        }

        return new NameMatch([name], Canonical);
    }

    /// <summary>The layer norm epsilon that the library behind a layout uses when no config says otherwise.</summary>
    public double LayerNormEpsOf(string layout) => layouts.FirstOrDefault(candidate => candidate.Name == layout)?.LayerNormEps ?? 1e-12;

    private static string Fill(string template, Match match) =>
        template
            .Replace("{i}", match.Groups["i"].Value, StringComparison.Ordinal)
            .Replace("{p}", match.Groups["p"].Value, StringComparison.Ordinal);

    private static NameTable Read()
    {
        using var stream =
            typeof(NameTable).Assembly.GetManifestResourceStream("LoRAEnsembleHub.Weights.names.json")
            ?? throw new InvalidOperationException("names.json is not embedded in the assembly; the build is broken.");
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        var layouts = root.GetProperty("layouts")
            .EnumerateArray()
            .Select(layout => new Layout(
                layout.GetProperty("name").GetString()!,
                layout.GetProperty("layer_norm_eps").GetDouble(),
                [.. layout.GetProperty("rules").EnumerateArray().Select(ReadRule)]
            ));
        return new NameTable([.. layouts], [.. root.GetProperty("wrappers").EnumerateArray().Select(w => w.GetString()!)]);
    }

    private static Rule ReadRule(JsonElement rule)
    {
        var pattern = Regex
            .Escape(rule.GetProperty("from").GetString()!)
            .Replace(@"\{i}", @"(?<i>0|[1-9][0-9]*)", StringComparison.Ordinal)
            .Replace(@"\{p}", "(?<p>weight|bias)", StringComparison.Ordinal);
        string[] targets = rule.TryGetProperty("rows", out var rows)
            ? [.. rows.EnumerateArray().Select(row => row.GetString()!)]
            : [rule.GetProperty("to").GetString()!];
        return new Rule(
            new Regex($"^{pattern}$", RegexOptions.CultureInvariant),
            targets,
            rule.TryGetProperty("beside", out var beside) ? beside.GetString() : null
        );
    }

    private sealed record Layout(string Name, double LayerNormEps, Rule[] Rules);

    private sealed record Rule(Regex Pattern, string[] Targets, string? Beside);
}

/// <summary>What one tensor of a checkpoint holds: one canonical tensor, or several stacked as equal row blocks.</summary>
internal readonly record struct NameMatch(string[] Names, string Layout);
