using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

public sealed class ReportTests
{
    private static readonly Predictions Two = new([2, 0, 0, 1, 1, 0, 3, 0], 2, 2, 2, [0, 1], ["<b>cat & \"dog\"</b>", "'ant'"]);

    private static readonly string[] Foreign = ["<script", "<img", "<b>", "http:", "https:", "url("];

    [Fact]
    public void The_table_has_a_row_for_each_aggregation_for_each_member_and_for_their_mean()
    {
        var lines = EvaluationSummary.From(Two).ToMarkdown().Split('\n');
        Assert.StartsWith("|  | Accuracy | Macro F1 | NLL |", lines[0], StringComparison.Ordinal);
        string[] names = ["Ensemble, mean probability", "Ensemble, mean logit", "Mean of members", "Member 0", "Member 1"];
        Assert.Equal(names, lines[2..7].Select(line => line.Split('|')[1].Trim()));
        Assert.All(lines[..7], line => Assert.Equal(9, line.Count(letter => letter == '|')));
        Assert.Contains("2 examples, 2 classes, 2 members.", lines[8], StringComparison.Ordinal);
        Assert.Contains("| 0.7500 |", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void Json_holds_the_numbers_unrounded()
    {
        var summary = EvaluationSummary.From(Two);
        var root = JsonDocument.Parse(summary.ToJson()).RootElement;
        Assert.Equal(summary.MeanLogit.NegativeLogLikelihood, root.GetProperty("mean_logit").GetProperty("nll").GetDouble());
        Assert.Equal(summary.Members[1].Ece15, root.GetProperty("members")[1].GetProperty("ece_15").GetDouble());
        Assert.Equal(summary.MeanMutualInformation, root.GetProperty("mean_mutual_information").GetDouble());
        Assert.Equal(0.5, root.GetProperty("disagreement").GetDouble());
    }

    [Fact]
    public void The_page_escapes_every_name_and_needs_nothing_from_outside()
    {
        var options = new HtmlReportOptions
        {
            Title = "<script>alert(1)</script>",
            OutOfDistribution = Two,
            OutOfDistributionName = "\"><img src=x>",
        };
        var page = HtmlReport.Write(Two, options);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;cat &amp; &quot;dog&quot;&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.All(Foreign, text => Assert.DoesNotContain(text, page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_is_well_formed_and_its_diagram_has_bars_for_the_full_bins()
    {
        var page = HtmlReport.Write(Two, new HtmlReportOptions { OutOfDistribution = Two });
        var body = XElement.Parse(
            page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)]
        );
        var pictures = body.Elements("svg").ToArray();
        Assert.Equal(2, pictures.Length);
        var bins = ReliabilityBin.Of(Two.Aggregate(Aggregation.MeanProbability), Two.Labels!, 10);
        Assert.Equal(bins.Count(bin => bin.Count > 0), pictures[0].Elements("rect").Count(bar => bar.Attribute("class")!.Value == "share"));
        Assert.Equal(3, body.Descendants("table").Count());
        Assert.All(
            pictures.SelectMany(picture => picture.Elements("rect")),
            bar => Assert.True(double.Parse(bar.Attribute("height")!.Value, CultureInfo.InvariantCulture) >= 0)
        );
    }

    [Fact]
    public void The_page_fits_a_telephone_and_follows_a_dark_theme()
    {
        var page = HtmlReport.Write(Two);
        Assert.Contains("<meta name=\"viewport\" content=\"width=device-width", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme:dark", page, StringComparison.Ordinal);
        var style = page[..page.IndexOf("</style>", StringComparison.Ordinal)];
        var body = page[style.Length..];
        Assert.Equal(body.Split("<table>").Length, body.Split("<div class=\"table\"><table>").Length);
        // a colour written outside the two themes would be the same in both
        var themes = style.Split('\n').Where(line => line.Contains('#', StringComparison.Ordinal));
        Assert.All(themes, line => Assert.Contains(":root{", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Numbers_stand_to_the_right_and_words_to_the_left()
    {
        var section = new HtmlSection
        {
            Heading = "Mixed",
            Columns = ["word", "number", "either"],
            Rows = [new HtmlRow { Cells = ["cat", "1.5", "7"] }, new HtmlRow { Cells = ["dog", "-2e-3", "seven"] }],
        };
        var page = HtmlReport.Write(Two, new HtmlReportOptions { Sections = [section] });
        Assert.Contains("<td>cat</td><td class=\"number\">1.5</td><td>7</td>", page, StringComparison.Ordinal);
        Assert.Contains("<th>word</th><th class=\"number\">number</th><th>either</th>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_second_set_there_is_no_second_diagram() => Assert.Equal(2, HtmlReport.Write(Two).Split("<svg ").Length);

    [Fact]
    public void Numbers_are_written_the_same_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        var expected = (EvaluationSummary.From(Two).ToMarkdown(), HtmlReport.Write(Two, new HtmlReportOptions { OutOfDistribution = Two }));
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = "," } };
            Assert.Equal(
                expected,
                (EvaluationSummary.From(Two).ToMarkdown(), HtmlReport.Write(Two, new HtmlReportOptions { OutOfDistribution = Two }))
            );
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Parts_that_a_maker_adds_come_before_the_scores_escaped_and_with_their_pictures_inside()
    {
        var section = new HtmlSection
        {
            Heading = "Pictures & <b>words</b>",
            Paragraphs = ["<script>"],
            Columns = ["label"],
            Rows = [new HtmlRow { Cells = ["<i>"], Png = new byte[] { 1, 2, 3 } }, new HtmlRow { Cells = ["none"] }],
        };
        var page = HtmlReport.Write(Two, new HtmlReportOptions { Sections = [section] });
        Assert.Contains("<h2>Pictures &amp; &lt;b&gt;words&lt;/b&gt;</h2>\n<p>&lt;script&gt;</p>", page, StringComparison.Ordinal);
        Assert.Contains("<td><img alt=\"\" src=\"data:image/png;base64,AQID\"></td><td>&lt;i&gt;</td>", page, StringComparison.Ordinal);
        Assert.Contains("<tr><td></td><td>none</td></tr>", page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("Pictures", StringComparison.Ordinal) < page.IndexOf("<h2>Scores", StringComparison.Ordinal));
    }
}
