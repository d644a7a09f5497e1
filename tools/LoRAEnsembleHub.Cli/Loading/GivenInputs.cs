using System.CommandLine;
using LoRAEnsembleHub.Data;

namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>Finds what the command line names as inputs.</summary>
internal static class GivenInputs
{
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
    public static IReadOnlyList<InputItem> Find(IReadOnlyList<string> given, InputPipeline pipeline)
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
                items.AddRange(ReadInput());
            }
            else if (IsTable(text))
            {
                Need.File(text, pipeline.Word);
                items.Add(new InputItem(text, null));
            }
            else if (File.Exists(text) || Directory.Exists(text))
            {
                throw CommandException.Usage(
                    $"{text} is a {(File.Exists(text) ? "file" : "folder")}, and no table of texts by its name (.csv, .tsv, .jsonl, .ndjson, .txt).",
                    "Give a table, or --data for a data set; to predict these very words, write them to standard input and give -."
                );
            }
            else
            {
                items.Add(new InputItem($"argument {index + 1}", text));
            }
        }

        return items;
    }

    private static InputItem[] ReadInput()
    {
        using var input = Console.OpenStandardInput();
        InputItem[] items = [.. TextTables.ReadLines(input, "standard input").Select(row => new InputItem(row.Source, row.Text))];
        return items.Length > 0
            ? items
            : throw CommandException.Usage("Standard input is empty; it must hold one text a line.", "Give a text itself to predict one.");
    }

    // One word with such an ending is a path, whether the file is there or not; anything else is a text.
    private static bool IsTable(string text) => TextTables.Matches(text) && (File.Exists(text) || !text.Any(char.IsWhiteSpace));
}
