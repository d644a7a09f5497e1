using System.Globalization;
using System.Text.RegularExpressions;
using LoRAEnsembleHub.Adapters;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>The members of a folder of PEFT adapters without a manifest.</summary>
internal static partial class PlainMembers
{
    /// <summary>Finds the adapters below a folder, in the order of their names, or the folder itself when it is one adapter.</summary>
    /// <returns>Their folders; empty when there is none.</returns>
    /// <exception cref="AdapterException">A member is missing or incomplete, or there are adapters both in the folder and below it.</exception>
    public static IReadOnlyList<string> Find(string folder)
    {
        var below = Directory
            .GetDirectories(folder)
            .Select(path => (Path: path, Name: Path.GetFileName(path)))
            .Where(entry => IsAdapter(entry.Path) || Numbered().IsMatch(entry.Name))
            .ToArray();
        if (below.Length == 0)
        {
            return IsAdapter(folder) ? [folder] : [];
        }

        if (below.All(entry => Numbered().IsMatch(entry.Name)))
        {
            // an adapter in the folder itself is then a copy of a member, for programs that look for one there
            return InOrder(folder, below);
        }

        return IsAdapter(folder)
            ? throw new AdapterException(
                $"{folder} is a PEFT adapter and has others below it ({string.Join(", ", below.Select(entry => entry.Name).Order(StringComparer.Ordinal))}), "
                    + "such as checkpoints of a training. Copy the adapters that are meant into a folder of their own."
            )
            :
            [
                .. below
                    .Where(entry => IsAdapter(entry.Path))
                    .OrderBy(entry => entry.Name, StringComparer.Ordinal)
                    .Select(entry => entry.Path),
            ];
    }

    private static string[] InOrder(string folder, (string Path, string Name)[] members)
    {
        var ordered = members
            .OrderBy(entry => entry.Name.Length)
            .ThenBy(entry => entry.Name, StringComparer.Ordinal)
            .Select(entry => entry.Path)
            .ToArray();
        foreach (var (index, path) in ordered.Index())
        {
            var expected = string.Create(CultureInfo.InvariantCulture, $"member-{index:00}");
            if (Path.GetFileName(path) != expected || !IsAdapter(path))
            {
                throw new AdapterException(
                    $"{folder} has {ordered.Length} member folders, but {Path.Combine(folder, expected)} is no PEFT adapter; members are numbered from 00 without gaps. "
                        + "Fetch the ensemble again, or give adapters that do not belong together other names."
                );
            }
        }

        return ordered;
    }

    private static bool IsAdapter(string folder) => File.Exists(Path.Combine(folder, PeftMember.ConfigFile));

    [GeneratedRegex("^member-[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();
}
