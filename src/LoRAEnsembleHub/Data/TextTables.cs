using System.Text.Json;

namespace LoRAEnsembleHub.Data;

/// <summary>Reads tables of texts: CSV, TSV, JSON lines, and plain files of one text a line.</summary>
/// <remarks>
/// <para>
/// Columns are known by their names, in any case: the text is <c>text</c>, <c>sentence</c>, <c>review</c>, <c>content</c>, or the first of a
/// pair (<c>text1</c>, <c>sentence1</c>, <c>question1</c>, <c>premise</c>); its second <c>pair</c>, <c>text_pair</c>, <c>text2</c>,
/// <c>sentence2</c>, <c>question2</c>, <c>hypothesis</c>; the class <c>label</c>, <c>labels</c>, <c>class</c>, <c>sentiment</c>,
/// <c>target</c>; the part of the data set <c>split</c> or <c>set</c>. Others are ignored. An empty label or split counts as none.
/// </para>
/// <para>
/// CSV as in RFC 4180, with a header. TSV with a header; there quotes are letters like any other, and a text holds neither tabs nor line
/// ends. JSON lines: one object a line. Plain: every line is a text, an empty one too.
/// </para>
/// <para>Files are UTF-8, with a byte order mark or without; bytes that are not are refused.</para>
/// </remarks>
public static class TextTables
{
    /// <summary>Whether a file is a table by its name: it ends in .csv, .tsv, .jsonl, .ndjson or .txt.</summary>
    /// <param name="path">A path.</param>
    public static bool Matches(string path) => KindOf(path) is not TableKind.None;

    /// <summary>Reads a whole table.</summary>
    /// <param name="path">A file; how its name ends says what it is.</param>
    /// <returns>The rows in their order.</returns>
    /// <exception cref="DataSetException">It is not as described; the message names file and line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<TextRow> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var text = StrictUtf8.Read(path);
        return KindOf(path) switch
        {
            TableKind.Csv => Rows(CsvTable.Parse(text, path, ','), path),
            TableKind.Tsv => Rows(CsvTable.Parse(text, path, '\t'), path),
            TableKind.JsonLines => [.. JsonRows(text, path)],
            TableKind.Plain => Lines(text, path),
            _ => throw DataSetException.Unfit($"{path}: a table of texts ends in .csv, .tsv, .jsonl, .ndjson or .txt. Rename the file."),
        };
    }

    /// <summary>Reads one text a line.</summary>
    /// <param name="stream">UTF-8, read to its end and left open.</param>
    /// <param name="name">What the stream is called in messages.</param>
    /// <returns>A row for each line; none for an empty stream.</returns>
    /// <exception cref="DataSetException">Bytes are no UTF-8.</exception>
    public static IReadOnlyList<TextRow> ReadLines(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return Lines(StrictUtf8.Decode(copy.ToArray(), name), name);
    }

    /// <summary>Whether a file is a table with texts in it, as far as its first lines tell.</summary>
    /// <exception cref="DataSetException">It is a table, and broken.</exception>
    internal static bool Holds(string path)
    {
        switch (KindOf(path))
        {
            case TableKind.Csv or TableKind.Tsv:
                var separator = KindOf(path) == TableKind.Csv ? ',' : '\t';
                return TextColumns.HasText(CsvTable.Parse(StrictUtf8.Read(path), path, separator).Header);
            case TableKind.JsonLines:
                var (index, first) = StrictUtf8
                    .Read(path)
                    .Split('\n')
                    .Index()
                    .FirstOrDefault(line => !string.IsNullOrWhiteSpace(line.Item));
                using (var document = first is null ? null : Parsed(first, path, index + 1))
                {
                    return document is not null
                        && TextColumns.HasText(Names([.. document.RootElement.EnumerateObject()], $"{path}({index + 1})"));
                }

            case TableKind.Plain:
                return true;
            default:
                return false;
        }
    }

    private static TableKind KindOf(string path) =>
        Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".CSV" => TableKind.Csv,
            ".TSV" => TableKind.Tsv,
            ".JSONL" or ".NDJSON" => TableKind.JsonLines,
            ".TXT" => TableKind.Plain,
            _ => TableKind.None,
        };

    private static List<TextRow> Lines(string text, string name)
    {
        var rows = new List<TextRow>();
        using var reader = new StringReader(text);
        while (reader.ReadLine() is { } line)
        {
            rows.Add(
                new TextRow
                {
                    Text = line,
                    File = name,
                    Line = rows.Count + 1,
                }
            );
        }

        return rows;
    }

    private static TextRow[] Rows(CsvTable table, string name)
    {
        var columns = TextColumns.Find(table.Header, name);
        return
        [
            .. table.Rows.Select(row =>
            {
                string? At(int? column) => column is { } at && row.Fields[at].Length > 0 ? row.Fields[at] : null;
                return new TextRow
                {
                    Text = row.Fields[columns.Text],
                    Pair = columns.Pair is { } pair ? row.Fields[pair] : null,
                    Label = At(columns.Label),
                    Split = At(columns.Split),
                    File = name,
                    Line = row.Line,
                };
            }),
        ];
    }

    private static IEnumerable<TextRow> JsonRows(string text, string name)
    {
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            using var document = Parsed(line, name, number);
            JsonProperty[] fields = [.. document.RootElement.EnumerateObject()];
            var where = $"{name}({number})";
            var columns = TextColumns.Find(Names(fields, where), where);
            string? At(int? column) => column is { } at ? Value(fields[at], where) : null;
            yield return new TextRow
            {
                Text = At(columns.Text) ?? throw DataSetException.Malformed($"{where}: {fields[columns.Text].Name} is null; give a text."),
                Pair = At(columns.Pair),
                Label = At(columns.Label) is { Length: > 0 } label ? label : null,
                Split = At(columns.Split) is { Length: > 0 } split ? split : null,
                File = name,
                Line = number,
            };
        }
    }

    private static string[] Names(JsonProperty[] fields, string where)
    {
        try
        {
            return [.. fields.Select(field => field.Name)];
        }
        catch (InvalidOperationException e)
        {
            throw DataSetException.Malformed($"{where}: a name has an escape that is no character. Write whole surrogate pairs.", e);
        }
    }

    private static string? Value(JsonProperty field, string where) =>
        field.Value.ValueKind switch
        {
            JsonValueKind.String => Unescaped(field, where),
            JsonValueKind.Null => null,
            JsonValueKind.Number => field.Value.GetRawText(),
            var kind => throw DataSetException.Malformed($"{where}: {field.Name} is {Words(kind)}; it must be a text or a number."),
        };

    // Half a surrogate pair can be written as an escape, but is no text.
    private static string? Unescaped(JsonProperty field, string where)
    {
        try
        {
            return field.Value.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw DataSetException.Malformed($"{where}: {field.Name} has an escape that is no character. Write whole surrogate pairs.", e);
        }
    }

    private static string Words(JsonValueKind kind) =>
        kind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            _ => "true or false",
        };

    private static JsonDocument Parsed(string line, string name, int number)
    {
        try
        {
            var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            throw DataSetException.Malformed(
                $"{name}({number}): the line is no JSON object; every line must be one, such as {{\"text\": \"…\"}}."
            );
        }
        catch (JsonException e)
        {
            throw DataSetException.Malformed($"{name}({number}): the line is no JSON: {e.Message}", e);
        }
    }

    private enum TableKind
    {
        None,
        Csv,
        Tsv,
        JsonLines,
        Plain,
    }
}
