using System.Text;
using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The three forms of a report in its folder.</summary>
internal static class ReportFiles
{
    private static readonly string[] names = ["report.md", "report.json", "report.html"];

    /// <summary>Where the files lie.</summary>
    public static IEnumerable<string> In(string folder) => names.Select(name => Path.Combine(folder, name));

    /// <summary>What people are told of them; nothing without a folder.</summary>
    public static IEnumerable<Block> ToBlocks(string? folder) =>
        folder is null ? [] : [new Paragraph($"\nReports: {string.Join(", ", In(folder))}")];

    /// <summary>Writes them.</summary>
    /// <param name="folder">Made when absent.</param>
    /// <param name="markdown">The first.</param>
    /// <param name="result">What becomes the second.</param>
    /// <param name="page">The third.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public static Task WriteAsync(
        string folder,
        string markdown,
        ICommandResult result,
        string page,
        CancellationToken cancellationToken
    ) => WriteAsync(folder, In(folder), [markdown, Json(result), page], cancellationToken);

    /// <summary>A result as the text of its file.</summary>
    public static string Json(ICommandResult result) => Renderer.ToJson(result) + "\n";

    /// <summary>Writes files of other names.</summary>
    /// <param name="folder">Made when absent.</param>
    /// <param name="paths">Where they lie in it.</param>
    /// <param name="texts">As many, in the same order.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public static async Task WriteAsync(
        string folder,
        IEnumerable<string> paths,
        IReadOnlyList<string> texts,
        CancellationToken cancellationToken
    )
    {
        Directory.CreateDirectory(folder);
        foreach (var (path, text) in paths.Zip(texts))
        {
            await File.WriteAllTextAsync(path, text, new UTF8Encoding(false), cancellationToken).ConfigureAwait(false);
        }
    }
}
