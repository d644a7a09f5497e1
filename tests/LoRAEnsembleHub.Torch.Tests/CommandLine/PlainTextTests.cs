using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>What goes to a file or a pipe is written without the console library, to the same letters.</summary>
public sealed class PlainTextTests
{
    private const string Letters = "ab W09.,:|\u2013\u00d7\u00b1\u00e9\u00fc\u2026\"[]";

    [Fact]
    public void Tables_and_paragraphs_are_those_of_the_console_library_to_the_letter()
    {
        var random = new Random(5);
        for (var round = 0; round < 500; round++)
        {
            Block[] blocks = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Any(random))];
            Assert.Equal(ByConsole(blocks), PlainText.Of(blocks));
        }
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("wide \u6f22")]
    [InlineData("joined e\u0301")]
    [InlineData("\u202eturned")]
    [InlineData("bell \u0007")]
    [InlineData("soft\u00adhyphen")]
    public void Letters_of_unknown_width_are_left_to_the_console_library(string text)
    {
        Assert.Null(PlainText.Of([new Paragraph(text)]));
        Assert.Null(PlainText.Of([new Facts([("name", text)])]));
        Assert.Null(
            PlainText.Of([
                new Grid(
                    null,
                    [new Column("name")],
                    [
                        [text],
                    ]
                ),
            ])
        );
    }

    private static Block Any(Random random)
    {
        string Text() => new([.. Enumerable.Range(0, random.Next(0, 14)).Select(_ => Letters[random.Next(Letters.Length)])]);
        string Solid() => $"x{Text()}x";
        return random.Next(3) switch
        {
            0 => new Paragraph(Solid(), random.Next(2) == 0 ? Tone.Plain : Tone.Heading),
            1 => new Facts([(Solid(), Text()), (Solid(), random.Next(2) == 0 ? null : Text()), (Solid(), Solid())]),
            _ => new Grid(
                random.Next(2) == 0 ? null : Solid(),
                [new Column(Solid()), new Column(Text(), IsNumber: true), new Column(Solid(), IsNumber: random.Next(2) == 0)],
                [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => new[] { Text(), Text(), Text() })]
            ),
        };
    }

    private static string ByConsole(IEnumerable<Block> blocks)
    {
        using var text = new StringWriter { NewLine = "\n" };
        BlockWriter.Write(Consoles.For(text), blocks);
        return string.Join('\n', text.ToString().ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd(' ')));
    }
}
