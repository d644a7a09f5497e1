using System.CommandLine;
using LoRAEnsembleHub.Data;

namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>Finds what the command line names as inputs.</summary>
internal static class GivenInputs
{
    private static readonly string[] tables = [".csv", ".tsv", ".jsonl", ".ndjson", ".txt"];

    /// <summary>The argument that names inputs.</summary>
    public static Argument<string[]> Argument(ArgumentArity arity) =>
        new("INPUT")
        {
            Description =
                "Pictures or sounds: files, folders, or patterns such as 'photos/*.png'. "
                + "Texts: themselves, tables (.csv, .tsv, .jsonl), .txt with a text a line, or - for standard input",
            Arity = arity,
        };

    /// <summary>Files, folders and patterns of pictures or sounds; or texts, tables of texts, and - for standard input.</summary>
    /// <exception cref="CommandException">A file is not there, or standard input is empty.</exception>
    public static async Task<IReadOnlyList<InputItem>> FindAsync(
        IReadOnlyList<string> given,
        InputPipeline pipeline,
        CancellationToken cancellationToken
    )
    {
        if (pipeline.Files is { } kind)
        {
            return [.. InputPaths.Find(given, kind).Select(path => new InputItem(path, null))];
        }

        var items = new List<InputItem>();
        foreach (var (index, text) in given.Index())
        {
            if (text == "-")
            {
                using var input = Session.OpenInput();
                items.AddRange(await LinesAsync(input, cancellationToken).ConfigureAwait(false));
            }
            else if (IsTable(text))
            {
                Need.File(text, pipeline.Word);
                items.Add(new InputItem(text, null));
            }
            else
            {
                items.Add(new InputItem($"argument {index + 1}", text));
            }
        }

        return items;
    }

    private static async Task<List<InputItem>> LinesAsync(TextReader input, CancellationToken cancellationToken)
    {
        var items = new List<InputItem>();
        for (var line = 1; await input.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } text; line++)
        {
            items.Add(new InputItem($"-({line})", text));
        }

        return items.Count > 0
            ? items
            : throw CommandException.Usage("Standard input is empty; it must hold one text a line.", "Give a text itself to predict one.");
    }

    // One word with such an ending is a path, whether the file is there or not; anything else is a text.
    private static bool IsTable(string text) =>
        tables.Contains(Path.GetExtension(text), StringComparer.OrdinalIgnoreCase) && (File.Exists(text) || !text.Any(char.IsWhiteSpace));
}
