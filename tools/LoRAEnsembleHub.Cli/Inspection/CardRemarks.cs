using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Hub.Serving.Cards;

namespace LoRAEnsembleHub.Cli.Inspection;

/// <summary>What a hub would say of the card in a folder; no hub is asked.</summary>
internal static class CardRemarks
{
    /// <summary>The card in a folder.</summary>
    public const string FileName = "README.md";
    private const int MostBytes = 8 << 20;

    /// <summary>Checks the card of a model folder; one that is not there is not missed.</summary>
    /// <returns>What a hub would refuse, and what is odd; the folder may be sound all the same.</returns>
    public static IReadOnlyList<string> Of(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, FileName));
        if (!file.Exists || file.Length > MostBytes)
        {
            return file.Exists ? [$"{FileName} has {file.Length} bytes and was not checked."] : [];
        }

        var findings = CardFindings.Of(File.ReadAllText(file.FullName), RepoType.Model);
        return
        [
            .. findings.Errors.Select(error => $"A hub would refuse {FileName}: {error}."),
            .. findings.Warnings.Select(warning => $"{FileName}: {warning}."),
        ];
    }
}
