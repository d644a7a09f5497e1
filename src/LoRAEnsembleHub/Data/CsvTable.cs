using System.Text;

namespace LoRAEnsembleHub.Data;

/// <summary>A comma-separated or tab-separated table with a header line, read whole.</summary>
/// <remarks>
/// RFC 4180: fields may be quoted; a quoted field may hold commas, line ends, and quotes written twice. Between tabs nothing is quoted, as
/// in text/tab-separated-values of IANA.
/// </remarks>
internal sealed class CsvTable
{
    private readonly string file;

    private CsvTable(string file, string[] header, IReadOnlyList<CsvRow> rows) => (this.file, Header, Rows) = (file, header, rows);

    /// <summary>The names of the columns.</summary>
    internal IReadOnlyList<string> Header { get; }

    /// <summary>The rows below the header.</summary>
    internal IReadOnlyList<CsvRow> Rows { get; }

    /// <summary>Reads a UTF-8 file.</summary>
    /// <exception cref="DataSetException">The file has no header, breaks the quoting rules, or has rows of another length.</exception>
    internal static CsvTable Read(string file) => Parse(StrictUtf8.Read(file), file, ',');

    /// <summary>Reads a text.</summary>
    /// <param name="text">The whole table.</param>
    /// <param name="file">What it is called in messages.</param>
    /// <param name="separator">A comma or a tab.</param>
    /// <exception cref="DataSetException">As for <see cref="Read"/>.</exception>
    internal static CsvTable Parse(string text, string file, char separator)
    {
        var records = Records(text, file, separator).ToArray();
        if (records.Length == 0)
        {
            throw DataSetException.Malformed($"{file}: the file is empty; its first line must name the columns.");
        }

        var header = records[0].Fields.Select(name => name.Trim()).ToArray();
        foreach (var row in records.Skip(1).Where(row => row.Fields.Count != header.Length))
        {
            throw DataSetException.Malformed(
                $"{file}({row.Line}): {row.Fields.Count} fields; the header names {header.Length} columns. "
                    + (separator == ',' ? "Quote fields that hold commas." : "Take tabs and line ends out of the fields.")
            );
        }

        return new CsvTable(file, header, records[1..]);
    }

    /// <summary>The place of a column, or null if the table lacks it.</summary>
    internal int? Find(string name) =>
        Header
            .Index()
            .Where(column => column.Item.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(column => (int?)column.Index)
            .FirstOrDefault();

    /// <summary>The place of a column that must be there.</summary>
    /// <exception cref="DataSetException">The table lacks it.</exception>
    internal int Need(string name) =>
        Find(name)
        ?? throw DataSetException.Unfit($"{file}: no column '{name}'. Found: {string.Join(", ", Header)}. Name it in the first line.");

    /// <summary>The fields of a column that must be there, one of each row.</summary>
    /// <exception cref="DataSetException">The table lacks it.</exception>
    internal string[] Column(string name)
    {
        var column = Need(name);
        return [.. Rows.Select(row => row.Fields[column])];
    }

    private static IEnumerable<CsvRow> Records(string text, string file, char separator)
    {
        var (at, line) = (0, 1);
        while (at < text.Length)
        {
            var (fields, startLine, hasQuotes) = (new List<string>(), line, false);
            bool more;
            do
            {
                var isQuoted = separator == ',' && at < text.Length && text[at] == '"';
                var field = isQuoted ? Quoted(text, ref at, ref line, file) : Plain(text, ref at, line, file, separator);
                fields.Add(field);
                hasQuotes |= isQuoted;
                more = at < text.Length && text[at] == separator;
                at += more ? 1 : 0;
            } while (more);

            at += at + 1 < text.Length && text[at] == '\r' && text[at + 1] == '\n' ? 2 : 1;
            line++;
            if (fields is not [""] || hasQuotes) // a blank line is no row, a quoted nothing is one
            {
                yield return new CsvRow(startLine, fields);
            }
        }
    }

    private static string Plain(string text, ref int at, int line, string file, char separator)
    {
        var end = text.AsSpan(at).IndexOfAny(separator, '\r', '\n');
        var field = end < 0 ? text[at..] : text.Substring(at, end);
        at += field.Length;
        return separator == ',' && field.Contains('"', StringComparison.Ordinal)
            ? throw DataSetException.Malformed(
                $"{file}({line}): a quote inside an unquoted field. Quote the whole field and double its quotes."
            )
            : field;
    }

    private static string Quoted(string text, ref int at, ref int line, string file)
    {
        var (field, startLine) = (new StringBuilder(), line);
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"' && (++at >= text.Length || text[at] != '"'))
            {
                return at >= text.Length || text[at] is ',' or '\r' or '\n'
                    ? field.ToString()
                    : throw DataSetException.Malformed(
                        $"{file}({line}): text after a closing quote. Double the quotes inside a quoted field."
                    );
            }

            line += text[at] == '\n' ? 1 : 0;
            field.Append(text[at]);
        }

        throw DataSetException.Malformed($"{file}({startLine}): a quoted field never ends. Close its quotes.");
    }
}

/// <summary>One row of a table.</summary>
/// <param name="Line">The line of the file it starts on, from 1.</param>
/// <param name="Fields">Its fields, without quotes.</param>
internal sealed record CsvRow(int Line, IReadOnlyList<string> Fields);
