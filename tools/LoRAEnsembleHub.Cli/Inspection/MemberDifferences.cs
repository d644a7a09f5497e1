using LoRAEnsembleHub.Ensembles;

namespace LoRAEnsembleHub.Cli.Inspection;

/// <summary>Where the members of an ensemble differ from each other or from its manifest.</summary>
internal static class MemberDifferences
{
    /// <summary>Differences that the ensemble loads with.</summary>
    public static IEnumerable<string> Notes(IReadOnlyList<MemberFact> members)
    {
        var readable = members.Where(member => member.IsReadable).ToArray();
        if (readable.Select(member => string.Join(',', member.Ranks)).Distinct().Count() > 1)
        {
            yield return "Members have different ranks; those of a lower one are padded with zeros in memory.";
        }

        if (readable.Select(member => string.Join(',', member.Sites.OrderBy(site => site.Key))).Distinct().Count() > 1)
        {
            yield return "Members adapt different projections.";
        }
    }

    /// <summary>Differences that it does not load with.</summary>
    public static IEnumerable<string> Problems(IReadOnlyList<MemberFact> members, EnsembleManifest? manifest)
    {
        var readable = members.Where(member => member.IsReadable).ToArray();
        var classes = readable.Select(member => member.Classes).Distinct().ToArray();
        if (classes.Length > 1)
        {
            var groups = readable.GroupBy(member => member.Classes).Select(group => $"{group.First().Name} has {Words(group.Key)}");
            yield return $"Members do not have the same classes: {string.Join(", ", groups)}.";
        }

        if (classes is [{ } only] && manifest?.Id2Label is { } labels && labels.Count != only)
        {
            yield return $"The manifest has {labels.Count} labels; the members' heads have {only} classes.";
        }

        if (manifest?.BaseModel?.ModelType is { } type && readable.FirstOrDefault(member => member.ModelType != type) is { } odd)
        {
            yield return $"The manifest says that the base is of type {type}; {odd.Name} has the names of the type {odd.ModelType}.";
        }
    }

    private static string Words(long? classes) => classes is null ? "no head" : $"{classes}";
}
