using Spectre.Console;

namespace LoRAEnsembleHub.Cli.Rendering;

/// <summary>Writes the parts of a result to a console.</summary>
internal static class BlockWriter
{
    public static void Write(IAnsiConsole console, IEnumerable<Block> blocks)
    {
        var first = true;
        foreach (var block in blocks)
        {
            if (!first && block is not Paragraph { Tone: not Tone.Heading })
            {
                console.WriteLine();
            }

            first = false;
            switch (block)
            {
                case Paragraph paragraph:
                    console.Write(new Text(Printable.Of(paragraph.Text) + "\n", StyleOf(paragraph.Tone)));
                    break;
                case Facts facts:
                    Write(console, facts);
                    break;
                case Grid grid:
                    Write(console, grid);
                    break;
                default:
                    throw new InvalidOperationException($"{block.GetType().Name} cannot be written; add it to {nameof(BlockWriter)}.");
            }
        }
    }

    private static void Write(IAnsiConsole console, Facts facts)
    {
        var items = facts.Items.Where(item => item.Value is not null).ToArray();
        var table = Plain().HideHeaders();
        table.AddColumn(Narrow("")).AddColumn(new TableColumn("") { Padding = new Padding(0, 0, 0, 0) });
        foreach (var (name, value) in items)
        {
            table.AddRow(new Text(Printable.Of(name), new Style(Color.Grey)), new Text(Printable.Of(value!)));
        }

        console.Write(table);
    }

    private static void Write(IAnsiConsole console, Grid grid)
    {
        if (grid.Title is { } title)
        {
            console.Write(new Text(Printable.Of(title) + "\n", StyleOf(Tone.Heading)));
        }

        var table = Plain();
        foreach (var column in grid.Columns)
        {
            var shown = Narrow(column.Name);
            shown.Alignment = column.IsNumber ? Justify.Right : Justify.Left;
            table.AddColumn(shown);
        }

        foreach (var row in grid.Rows)
        {
            table.AddRow(row.Select(cell => new Text(Printable.Of(cell))));
        }

        console.Write(table);
    }

    private static Table Plain() => new() { Border = TableBorder.None };

    private static TableColumn Narrow(string name) =>
        new(new Text(Printable.Of(name), new Style(Color.Grey, decoration: Decoration.Underline))) { Padding = new Padding(0, 0, 2, 0) };

    private static Style StyleOf(Tone tone) =>
        tone switch
        {
            Tone.Heading => new Style(decoration: Decoration.Bold),
            Tone.Good => new Style(Color.Green),
            Tone.Bad => new Style(Color.Red),
            _ => Style.Plain,
        };
}
