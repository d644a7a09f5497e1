using System.Text;
using LoRAEnsembleHub.Data;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class TextTablesTests
{
    [Theory]
    [InlineData("a.csv", "text,label,split\n\"one, \"\"two\"\"\nthree\",1,train\nfour,,\n")]
    [InlineData("a.tsv", "id\tSentence\tLabel\tset\n7\tone, \"two\"␊three\t1\ttrain\n8\tfour\t\t\n")]
    [InlineData(
        "a.jsonl",
        """
            {"review": "one, \"two\"\nthree", "sentiment": 1, "split": "train", "other": [1]}

            {"review": "four", "sentiment": null}
            """
    )]
    public void The_same_rows_are_read_from_every_kind_of_table(string name, string content)
    {
        using var folder = new DataFolder();
        var rows = TextTables.Read(folder.Write(name, content));
        Assert.Equal(["one, \"two\"\nthree", "four"], rows.Select(row => row.Text.Replace('␊', '\n')));
        Assert.Equal(["1", null], rows.Select(row => row.Label));
        Assert.Equal(["train", null], rows.Select(row => row.Split));
        Assert.All(rows, row => Assert.Null(row.Pair));
    }

    [Fact]
    public void Every_row_says_the_line_that_it_starts_on()
    {
        using var folder = new DataFolder();
        Assert.Equal([2, 4], TextTables.Read(folder.Write("a.csv", "text\n\"one\ntwo\"\nthree\n")).Select(row => row.Line!.Value));
        Assert.Equal(
            [1, 3],
            TextTables.Read(folder.Write("a.jsonl", "{\"text\":\"x\"}\n\n{\"text\":\"y\"}")).Select(row => row.Line!.Value)
        );
        var lines = TextTables.Read(folder.Write("a.txt", "one\r\n\nthree\n"));
        Assert.Equal(["one", "", "three"], lines.Select(row => row.Text));
        Assert.EndsWith("a.txt(3)", lines[2].Source, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quoted_nothing_is_a_row_and_a_blank_line_is_none()
    {
        using var folder = new DataFolder();
        var rows = TextTables.Read(folder.Write("a.csv", "text\n\"\"\none\n\n\"\"\n"));
        Assert.Equal([("", 2), ("one", 3), ("", 5)], rows.Select(row => (row.Text, row.Line!.Value)));
    }

    [Theory]
    [InlineData("sentence1,sentence2")]
    [InlineData("premise,hypothesis")]
    [InlineData("TEXT,Text_Pair")]
    public void Two_columns_of_texts_are_a_pair_where_their_names_say_so(string header)
    {
        using var folder = new DataFolder();
        var row = Assert.Single(TextTables.Read(folder.Write("a.csv", $"{header}\nfirst,\n")));
        Assert.Equal(("first", ""), (row.Text, row.Pair));
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_first_column()
    {
        using var folder = new DataFolder();
        byte[] bytes = [.. Encoding.UTF8.Preamble, .. "text\nélan\n"u8];
        Assert.Equal("élan", TextTables.Read(folder.WriteRaw("a.csv", bytes))[0].Text);
        using var stream = new MemoryStream([.. Encoding.UTF8.Preamble, .. "x\ny"u8]);
        Assert.Equal(["x", "y"], TextTables.ReadLines(stream, "-").Select(row => row.Text));
    }

    [Theory]
    [InlineData("a.csv")]
    [InlineData("a.jsonl")]
    [InlineData("a.txt")]
    public void Bytes_that_are_no_utf8_are_refused_with_their_line(string name)
    {
        using var folder = new DataFolder();
        var file = folder.WriteRaw(name, [.. "text\nfine\n"u8, (byte)'a', 0xC3, (byte)'b', (byte)'\n']);
        var problem = Assert.Throws<DataSetException>(() => TextTables.Read(file));
        Assert.Contains($"{name}(3): the bytes C3 are no UTF-8", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.csv", "title,label\nx,1\n", "no column of texts. Found: title, label.")]
    [InlineData("a.csv", "text,sentence\nx,y\n", "text and sentence could both be the text")]
    [InlineData("a.csv", "text,label,class\nx,1,2\n", "label and class could both be the label")]
    [InlineData("a.csv", "text\n\"x\n", "(2): a quoted field never ends")]
    [InlineData("a.csv", "", "the file is empty")]
    [InlineData("a.tsv", "text\tlabel\nx\n", "(2): 1 fields; the header names 2 columns. Take tabs")]
    [InlineData("a.jsonl", "{\"text\": \"x\"}\n[1]\n", "(2): the line is no JSON object")]
    [InlineData("a.jsonl", "{\"text\": \"x\"}\n{\"text\": \n", "(2): the line is no JSON")]
    [InlineData("a.jsonl", "{\"text\": {}}\n", "(1): text is an object")]
    [InlineData("a.jsonl", "{\"text\": null}\n", "(1): text is null")]
    [InlineData("a.jsonl", "{\"text\": \"\\ud800\"}\n", "(1): text has an escape that is no character")]
    [InlineData("a.jsonl", "{\"text\": \"x\", \"\\ud83d\": 1}\n", "(1): a name has an escape that is no character")]
    [InlineData("a.jsonl", "{\"label\": 1}\n", "(1): no column of texts. Found: label.")]
    [InlineData("a.xml", "<text/>", "ends in .csv")]
    public void A_table_that_is_wrong_is_refused_with_the_place(string name, string content, string expected)
    {
        using var folder = new DataFolder();
        var file = folder.Write(name, content);
        Assert.Contains(expected, Assert.Throws<DataSetException>(() => TextTables.Read(file)).Message, StringComparison.Ordinal);
    }
}
