using System.Text;

namespace LoRAEnsembleHub.Cli.Rendering;

/// <summary>Writes the parts of a result as plain text, to the same letters as <see cref="BlockWriter"/> and many times as fast.</summary>
/// <remarks>
/// Only letters that are known to be one column wide are written so; a part with others, or with several lines in a cell, is left to the
/// console library.
/// </remarks>
internal static class PlainText
{
    private const int Gap = 2;
    private const int MostColumns = 10_000; // far below the width at which the console library wraps

    /// <summary>The text, without blanks at the ends of lines; null where a part needs the console library.</summary>
    public static string? Of(IReadOnlyList<Block> blocks)
    {
        var text = new StringBuilder();
        foreach (var (index, block) in blocks.Index())
        {
            if (index > 0 && block is not Paragraph { Tone: not Tone.Heading })
            {
                text.Append('\n');
            }

            var isWritten = block switch
            {
                Paragraph paragraph => Line(text, paragraph.Text),
                Facts facts => Table(
                    text,
                    [false, false],
                    [.. facts.Items.Where(item => item.Value is not null).Select(item => new[] { item.Name, item.Value! })]
                ),
                Grid grid => (grid.Title is null || Line(text, grid.Title))
                    && grid.Rows.Count > 0
                    && Table(
                        text,
                        [.. grid.Columns.Select(column => column.IsNumber)],
                        [
                            [.. grid.Columns.Select(column => column.Name)],
                            .. grid.Rows,
                        ]
                    ),
                _ => false,
            };
            if (!isWritten)
            {
                return null;
            }
        }

        return text.ToString();
    }

    private static bool Line(StringBuilder text, string line)
    {
        if (!IsPlain(line))
        {
            return false;
        }

        text.Append(line.TrimEnd(' ')).Append('\n');
        return true;
    }

    private static bool Table(StringBuilder text, bool[] isRight, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = new int[isRight.Length];
        foreach (var row in rows)
        {
            for (var column = 0; column < widths.Length; column++)
            {
                if (row.Count != widths.Length || !IsPlain(row[column]))
                {
                    return false;
                }

                widths[column] = Math.Max(widths[column], row[column].Length);
            }
        }

        if (rows.Count == 0 || widths.Sum(width => width + Gap) > MostColumns)
        {
            return false;
        }

        foreach (var row in rows)
        {
            var start = text.Length;
            for (var column = 0; column < widths.Length; column++)
            {
                var blanks = widths[column] - row[column].Length;
                text.Append(' ', isRight[column] ? blanks : 0).Append(row[column]).Append(' ', isRight[column] ? Gap : blanks + Gap);
            }

            while (text.Length > start && text[^1] == ' ')
            {
                text.Length--;
            }

            text.Append('\n');
        }

        return true;
    }

    /// <summary>Latin letters without control characters, and the dashes, quotes and dots of text.</summary>
    private static bool IsPlain(string text) =>
        text.Length < MostColumns
        && text.All(letter =>
            letter is (>= ' ' and <= '~') or (>= '\u00a1' and < '\u0300' and not '\u00ad') or (>= '\u2010' and <= '\u2026')
        );
}
