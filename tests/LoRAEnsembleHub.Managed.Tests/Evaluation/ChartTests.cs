using System.Globalization;
using System.Xml.Linq;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

/// <summary>Charts that makers of pages add: where their marks stand, and what they do with any name and number.</summary>
public sealed class ChartTests
{
    private static readonly string[] Across = ["x1", "x2"];
    private static readonly string[] Down = ["y1", "y2"];
    private static readonly string[] Foreign = ["<script", "<img", "<b>", "http:", "https:", "url("];

    [Fact]
    public void A_dot_chart_has_a_dot_per_row_in_order_with_its_whisker_around_it()
    {
        var chart = Drawing(new DotChart { Title = "score", Rows = [new("a", 0.25, 0.05), new("b", 0.75), new("c", 0.5, 0.1)] });
        var dots = chart.Elements("circle").ToArray();
        Assert.Equal(3, dots.Length);
        Assert.True(Number(dots[0], "cx") < Number(dots[2], "cx") && Number(dots[2], "cx") < Number(dots[1], "cx"));
        Assert.True(Number(dots[0], "cy") < Number(dots[1], "cy") && Number(dots[1], "cy") < Number(dots[2], "cy"));
        var whiskers = chart.Elements("line").Where(line => Kind(line) == "whisker s0").ToArray();
        Assert.Equal(3, whiskers.Length); // the line and its two ends
        Assert.Equal(Number(dots[0], "cx"), (Number(whiskers[0], "x1") + Number(whiskers[0], "x2")) / 2, 2);
        // 0.05 to both sides is a fifth of what lies between a and b
        Assert.Equal((Number(dots[1], "cx") - Number(dots[0], "cx")) / 5, Number(whiskers[0], "x2") - Number(whiskers[0], "x1"), 1);
        Assert.DoesNotContain(chart.Elements("line"), line => Kind(line) == "whisker s1");
        Assert.Equal(["a: 0.2500 ± 0.0500", "b: 0.7500", "c: 0.5000 ± 0.1000"], dots.Select(dot => dot.Value));
    }

    [Fact]
    public void A_name_longer_than_the_chart_is_cut_and_whole_where_the_pointer_rests()
    {
        var name = new string('w', 80);
        var chart = Drawing(new DotChart { Title = "score", Rows = [new(name, 1)] });
        Assert.Equal(50, chart.Elements("text").Single(text => Kind(text) == "name").Value.Length);
        Assert.StartsWith(name, chart.Elements("circle").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_ratios_are_equal_lengths_on_a_logarithmic_axis()
    {
        var chart = Drawing(Costs(new(2_000, 1), new(20_000, 1), new(2_000_000, 1)));
        double[] places = [.. chart.Elements("circle").Select(dot => Number(dot, "cx"))];
        Assert.Equal(2 * (places[1] - places[0]), places[2] - places[1], 1);
        string[] words = [.. chart.Elements("text").Select(text => text.Value)];
        Assert.Contains("10k", words);
        Assert.Contains("1M", words);
    }

    [Theory]
    [InlineData(3.8, 64.0, "5 10 20 50")]
    [InlineData(0.002, 0.004, "0.002 0.005")]
    [InlineData(1.0, 1.0, "1 2")]
    [InlineData(1e3, 1e6, "1k 10k 100k 1M")]
    public void Round_numbers_are_marked_on_a_logarithmic_axis(double low, double high, string marks)
    {
        var chart = Drawing(Costs(new(low, 1), new(high, 2)));
        string[] words = [.. chart.Elements("text").Select(text => text.Value)];
        Assert.All(marks.Split(' '), mark => Assert.Contains(mark, words));
    }

    [Fact]
    public void Numbers_too_long_for_their_place_beside_an_axis_are_written_by_powers_of_ten()
    {
        var chart = Drawing(
            new LineChart
            {
                Title = "rate",
                XName = "updates",
                Series = [new("a", [new(1, 0), new(2, 2.5e-5)])],
            }
        );
        string[] words = [.. chart.Elements("text").Select(text => text.Value)];
        Assert.All("0 5e-6 1.5e-5 2.5e-5".Split(' '), mark => Assert.Contains(mark, words));
    }

    [Fact]
    public void Whiskers_that_would_leave_a_logarithmic_axis_end_at_its_edge()
    {
        var chart = Drawing(Costs(new(10, 1, 0, 12), new(1000, 1)));
        var left = chart.Elements("line").Where(line => Kind(line) == "axis").Min(line => Number(line, "x1"));
        Assert.Equal(left, Number(chart.Elements("line").Single(line => Kind(line) == "whisker s0"), "x1"));
    }

    [Fact]
    public void What_has_no_place_is_left_out()
    {
        var chart = Drawing(Costs(new(0, 1), new(10, double.NaN), new(double.PositiveInfinity, 2), new(10, 2)));
        Assert.Single(chart.Elements("circle"));
        chart = Drawing(new DotChart { Title = "score", Rows = [new("a", double.NaN), new("b", double.PositiveInfinity)] });
        Assert.Empty(chart.Elements("circle"));
        Assert.Equal(2, chart.Elements("text").Count(text => Kind(text) == "name"));
    }

    [Fact]
    public void Every_mark_stands_inside_its_chart()
    {
        HtmlChart[] charts =
        [
            new DotChart { Title = "t", Rows = [new("a", -3, 2), new("b", 900, 300), new("c", 0)] },
            new LineChart
            {
                Title = "t",
                XName = "x",
                Series = [new("a", [new(1, -5, 3, 2), new(9, 7, 0, 4)])],
                HasDots = true,
            },
            Costs(new(3, 1, 1, 2.9), new(7e8, 5, 2, 1e8)),
        ];
        foreach (var svg in charts.Select(Drawing))
        {
            var (width, height) = (Number(svg, "width"), Number(svg, "height"));
            foreach (var line in svg.Elements("line"))
            {
                Assert.All(Across, name => Assert.InRange(Number(line, name), 0, width));
                Assert.All(Down, name => Assert.InRange(Number(line, name), 0, height));
            }

            Assert.All(svg.Elements("circle"), dot => Assert.InRange(Number(dot, "cx"), 0, width));
        }
    }

    [Fact]
    public void Sections_become_a_page_that_escapes_every_name_and_needs_nothing_from_outside()
    {
        const string Hostile = "\"><img src=x> & <b>";
        var section = new HtmlSection
        {
            Heading = Hostile,
            Legend = [Hostile, "b"],
            Charts =
            [
                new DotChart
                {
                    Title = Hostile,
                    Caption = Hostile,
                    Rows = [new(Hostile, 1)],
                },
                new LineChart
                {
                    Title = Hostile,
                    XName = Hostile,
                    Series = [new(Hostile, [new(1, 1)])],
                    HasDots = true,
                },
            ],
        };
        var page = HtmlSections.Write(Hostile, section);
        Assert.Equal(page, HtmlSections.Write(Hostile, section));
        Assert.All(Foreign, text => Assert.DoesNotContain(text, page, StringComparison.Ordinal));
        var body = XElement.Parse(
            page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)]
        );
        Assert.Equal(2, body.Descendants("svg").Count());
        Assert.Equal(Hostile, body.Descendants("figcaption").Single().Value);
        // without curves the legend shows dots
        Assert.Equal("legend dots", body.Descendants("ul").Single().Attribute("class")!.Value);
    }

    [Fact]
    public void Numbers_with_deviations_and_missing_ones_stand_to_the_right()
    {
        var section = new HtmlSection
        {
            Heading = "Mixed",
            Columns = ["both", "none", "words"],
            Rows =
            [
                new HtmlRow { Cells = ["0.5 ± 0.1", "–", "0.5 ± x"] },
                new HtmlRow { Cells = ["1,203", "–", "2"] },
                new HtmlRow { Cells = ["–", "–", "3"] },
            ],
        };
        var page = HtmlSections.Write("Table", section);
        Assert.Contains("<td class=\"number\">0.5 &#177; 0.1</td><td>–</td><td>0.5 &#177; x</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"number\">–</td>", page, StringComparison.Ordinal);
    }

    private static LineChart Costs(params LinePoint[] points) =>
        new()
        {
            Title = "quality",
            XName = "cost",
            HasLogX = true,
            HasDots = true,
            Series = [new("a", points)],
        };

    private static XElement Drawing(HtmlChart chart) => XElement.Parse(chart.Draw());

    private static string? Kind(XElement mark) => mark.Attribute("class")?.Value;

    private static double Number(XElement mark, string name) => double.Parse(mark.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
