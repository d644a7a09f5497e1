namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Decides which files a <c>.gitignore</c> leaves out.</summary>
/// <remarks>gitignore(5): the last pattern that fits counts; what lies in an ignored folder stays ignored.</remarks>
internal sealed class IgnoreRule(string gitIgnore)
{
    private readonly List<(GitPattern Pattern, bool Ignores)> rules =
    [
        .. gitIgnore
            .Split('\n')
            .Select(line => line.TrimEnd('\r', ' ', '\t'))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line[0] == '!' ? (new GitPattern(line[1..]), false) : (new GitPattern(line), true)),
    ];

    public bool Ignores(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (Decide(path[..slash], isFolder: true))
            {
                return true;
            }
        }

        return Decide(path, isFolder: false);
    }

    private bool Decide(string path, bool isFolder) =>
        rules.FindLast(rule => (isFolder || !rule.Pattern.FoldersOnly) && rule.Pattern.Fits(path)) is { Pattern: not null, Ignores: true };
}
