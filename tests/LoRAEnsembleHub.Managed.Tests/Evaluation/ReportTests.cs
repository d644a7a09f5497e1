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
        var pictures = body.Descendants("svg").ToArray();
        Assert.Equal(6, pictures.Length); // reliability, risk, two of fewer members, two of unfamiliar inputs
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
    public void Charts_are_drawn_for_what_there_is()
    {
        static int Count(Predictions predictions, HtmlReportOptions? options = null) =>
            HtmlReport.Write(predictions, options).Split("<svg ").Length - 1;
        Assert.Equal(2, Count(Two.Member(0)));
        Assert.Equal(4, Count(Two));
        Assert.Equal(6, Count(Two, new HtmlReportOptions { OutOfDistribution = Two }));
        Assert.Equal(8, Count(Two, new HtmlReportOptions { Shift = Worse() }));
    }

    [Fact]
    public void Shift_has_a_curve_for_each_kind_from_the_clean_examples_on()
    {
        var page = HtmlReport.Write(Two, new HtmlReportOptions { Shift = Worse() });
        var charts = BodyOf(page)
            .Descendants("svg")
            .Where(svg => svg.Attribute("aria-label")!.Value.Contains("severity", StringComparison.Ordinal))
            .ToArray();
        Assert.Equal(4, charts.Length);
        Assert.All(
            charts,
            chart =>
            {
                Assert.Equal([3, 2], chart.Elements("polyline").Select(line => line.Attribute("points")!.Value.Split(' ').Length));
                Assert.Equal(5, chart.Elements("circle").Count());
            }
        );
        Assert.Contains("<span class=\"s1\"></span>blur", page, StringComparison.Ordinal);
        Assert.Equal(0.45, Worse().MeanAt(2)!.Accuracy, 12);
        Assert.Null(Worse().MeanAt(3));
    }

    [Fact]
    public void Every_mark_of_a_chart_lies_inside_it()
    {
        var page = HtmlReport.Write(Two, new HtmlReportOptions { OutOfDistribution = Two, Shift = Worse() });
        foreach (var chart in BodyOf(page).Descendants("svg"))
        {
            var (width, height) = (Of(chart, "width"), Of(chart, "height"));
            var places = chart
                .Elements()
                .SelectMany(mark =>
                    mark.Name.LocalName switch
                    {
                        "line" => [(Of(mark, "x1"), Of(mark, "y1")), (Of(mark, "x2"), Of(mark, "y2"))],
                        "circle" => [(Of(mark, "cx"), Of(mark, "cy"))],
                        "polyline" => mark.Attribute("points")!.Value.Split(' ').Select(Place),
                        _ => new[] { (Of(mark, "x"), Of(mark, "y")) },
                    }
                );
            Assert.All(places, place => Assert.True(place.Item1 >= 0 && place.Item1 <= width && place.Item2 >= 0 && place.Item2 <= height));
        }
    }

    [Fact]
    public void Systems_are_drawn_over_each_other_with_one_color_each_in_every_chart()
    {
        var systems = Enumerable
            .Range(0, 3)
            .Select(index => ComparedSystem.Of($"<{index}>", index == 2 ? Two.Member(0) : Two, Aggregation.MeanProbability, Two))
            .ToArray();
        var page = HtmlComparison.Write(systems, "Three", new HtmlSection { Heading = "Own & part" });
        Assert.Contains("<h2>Own &amp; part</h2>", page, StringComparison.Ordinal);
        Assert.Contains("<span class=\"s2\"></span>&lt;2&gt;", page, StringComparison.Ordinal);
        Assert.All(Foreign, text => Assert.DoesNotContain(text, page, StringComparison.Ordinal));
        var charts = BodyOf(page).Descendants("svg").ToArray();
        Assert.Equal(4, charts.Length);
        Assert.All(
            charts,
            chart =>
                Assert.Equal(
                    ["curve s0", "curve s1", "curve s2"],
                    chart.Elements("polyline").Select(line => line.Attribute("class")!.Value)
                )
        );
        Assert.Throws<ArgumentException>(() => HtmlComparison.Write(systems[..1], "One"));
    }

    [Fact]
    public void A_system_against_itself_differs_in_nothing_and_against_a_better_one_by_the_mean_difference()
    {
        var scores = ComparedSystem.Of("a", Two, Aggregation.MeanProbability).Scores;
        var same = ComparedPair.Of(scores, scores);
        Assert.Equal((0, 0, 1.0), (same.Accuracy.FirstOnly, same.Accuracy.SecondOnly, same.Accuracy.ExactPValue));
        Assert.Equal((0.0, 0.0, 0.0), (same.LikelihoodDifference.Estimate, same.LikelihoodDifference.Low, same.LikelihoodDifference.High));
        var better = new Predictions([5, 0, 0, 5], 1, 2, 2, [0, 1]);
        var pair = ComparedPair.Of(scores, ComparedSystem.Of("b", better, Aggregation.MeanProbability).Scores);
        var expected = scores.NegativeLogLikelihood.Average() - Math.Log(1 + Math.Exp(-5));
        Assert.Equal(-expected, pair.LikelihoodDifference.Estimate, 12);
        Assert.Equal(scores.Right.Count(hit => !hit), pair.Accuracy.FirstOnly);
    }

    [Fact]
    public void A_point_under_shift_has_the_figures_of_its_predictions()
    {
        var point = ShiftPoint.Of("fog", 4, Two, Aggregation.MeanLogit);
        var summary = EvaluationSummary.From(Two);
        Assert.Equal(("fog", 4, summary.MeanLogit.Accuracy), (point.Corruption, point.Severity, point.Accuracy));
        Assert.Equal(summary.MeanLogit.NegativeLogLikelihood, point.NegativeLogLikelihood);
        Assert.Equal(summary.MeanLogit.Ece15, point.Ece15);
        Assert.Equal(summary.MeanMutualInformation, point.MutualInformation, 12);
        Assert.Equal(Uncertainty.Of(Two).PredictiveEntropy.Average(), point.Entropy, 12);
    }

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

    private static ShiftReport Worse() =>
        new()
        {
            Clean = new ShiftPoint("", 0, 0.9, 0.3, 0.02, 0.2, 0.05),
            Corrupted =
            [
                new ShiftPoint("noise", 2, 0.5, 1.5, 0.2, 0.8, 0.2),
                new ShiftPoint("noise", 1, 0.8, 0.6, 0.1, 0.4, 0.1),
                new ShiftPoint("blur", 2, 0.4, 2, 0.3, 0.9, 0.3),
            ],
        };

    private static XElement BodyOf(string page) =>
        XElement.Parse(page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)]);

    private static double Of(XElement mark, string name) => double.Parse(mark.Attribute(name)!.Value, CultureInfo.InvariantCulture);

    private static (double X, double Y) Place(string text) =>
        (double.Parse(text.Split(',')[0], CultureInfo.InvariantCulture), double.Parse(text.Split(',')[1], CultureInfo.InvariantCulture));
}
