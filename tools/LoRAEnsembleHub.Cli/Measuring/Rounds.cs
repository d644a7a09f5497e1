using System.Diagnostics;

namespace LoRAEnsembleHub.Cli.Measuring;

/// <summary>One thing that is timed.</summary>
internal sealed record Subject(string Name, Action Run);

/// <summary>How fast it is.</summary>
/// <param name="Name">What was timed.</param>
/// <param name="Milliseconds">On the clock, for one batch; the median.</param>
/// <param name="ProcessorMilliseconds">Of all processors, which other programs disturb less; the median.</param>
/// <param name="InputsPerSecond">By the clock.</param>
internal sealed record Speed(string Name, double Milliseconds, double ProcessorMilliseconds, double InputsPerSecond);

/// <summary>Times subjects in turn, so that a machine that slows down slows all of them, and takes medians.</summary>
internal static class Rounds
{
    /// <summary>Runs every subject once untimed, then all of them in turn.</summary>
    public static IReadOnlyList<Speed> Measure(
        IReadOnlyList<Subject> subjects,
        int rounds,
        int batch,
        IProgress<int>? progress,
        CancellationToken cancellationToken
    )
    {
        var times = subjects.Select(_ => new List<(double Clock, double Processor)>()).ToArray();
        for (var run = 0; run < subjects.Count * (rounds + 1); run++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            subjects[run % subjects.Count].Run();
            var taken = (Stopwatch.GetElapsedTime(start).TotalMilliseconds, (Environment.CpuUsage.TotalTime - used).TotalMilliseconds);
            if (run >= subjects.Count)
            {
                times[run % subjects.Count].Add(taken);
            }

            progress?.Report(run + 1);
        }

        return
        [
            .. subjects.Zip(
                times,
                (subject, own) =>
                {
                    var clock = Median(own.Select(time => time.Clock));
                    return new Speed(subject.Name, clock, Median(own.Select(time => time.Processor)), 1000 * batch / clock);
                }
            ),
        ];
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
