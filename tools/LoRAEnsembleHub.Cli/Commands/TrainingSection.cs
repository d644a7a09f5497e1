using System.Globalization;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>How an ensemble was trained, as part of a page: loss and learning rate against updates.</summary>
internal static class TrainingSection
{
    /// <summary>The part; none for an ensemble without a log, or one whose log has no point.</summary>
    /// <param name="folder">The ensemble's folder, or null for a base alone.</param>
    /// <exception cref="TrainingException">The log is malformed.</exception>
    public static IEnumerable<HtmlSection> Of(string? folder)
    {
        if (folder is null || TrainingLog.Find(folder) is not { Points: [var first, ..] } log)
        {
            return [];
        }

        var last = log.Points[^1];
        var members = first.MemberLosses?.Count ?? 0;
        LineChart Chart(string title, string caption, IEnumerable<LineSeries> series) =>
            new()
            {
                Title = title,
                Caption = caption,
                XName = "updates",
                HasDots = log.Points.Count == 1,
                Series = [.. series],
            };
        return
        [
            new HtmlSection
            {
                Heading = "How it was trained",
                Paragraphs =
                [
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{log.TotalSteps:N0} updates; the loss of the training batches went from {first.Loss:0.0000} to {last.Loss:0.0000} nats."
                    ),
                ],
                Charts =
                [
                    Chart(
                        "Loss of the training batches (nats)",
                        (log.TotalSteps > log.Points.Count ? "Each point is the mean of the updates since the one before. " : "")
                            + (members > 0 ? "Thin lines: the members by themselves." : ""),
                        [
                            .. Enumerable.Range(0, members).Select(member => Member(log, member)),
                            new("loss", Points(log, point => point.Loss)) { Color = 0 },
                        ]
                    ),
                    Chart("Learning rate", "", [new("learning rate", Points(log, point => point.LearningRate))]),
                ],
            },
        ];
    }

    private static LineSeries Member(TrainingLog log, int member) =>
        new($"member {member}", Points(log, point => point.MemberLosses![member])) { IsFaint = true, Color = 1 };

    private static LinePoint[] Points(TrainingLog log, Func<TrainingLogPoint, double?> value) =>
        [.. log.Points.Where(point => value(point) is not null).Select(point => new LinePoint(point.Step, value(point)!.Value))];
}
