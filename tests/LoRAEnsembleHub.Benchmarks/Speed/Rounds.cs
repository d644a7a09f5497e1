using System.Diagnostics;
using System.Globalization;

namespace LoRAEnsembleHub.Benchmarks.Speed;

/// <summary>One thing that is timed.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Run">Does it once.</param>
/// <param name="Flops">Floating-point operations of one run, or null.</param>
internal sealed record Subject(string Name, Action Run, double? Flops = null)
{
    /// <summary>Processor time so far of whatever does it; of this process unless it is another.</summary>
    public Func<TimeSpan> Processor { get; init; } = () => Environment.CpuUsage.TotalTime;
}

/// <summary>Times subjects in turn, so that a machine that slows down slows all of them, and compares medians.</summary>
/// <remarks>
/// On a busy machine processor time says more than the clock, provided that waiting threads sleep: set OMP_WAIT_POLICY=passive. Shares of the best
/// rate are formed with it.
/// </remarks>
internal static class Rounds
{
    /// <summary>Runs every subject once untimed, then all of them in turn.</summary>
    /// <param name="subjects">The first one is what the others are compared with.</param>
    /// <param name="rounds">Timed runs of each; 1 or more.</param>
    /// <returns>Median seconds on the clock, and of processor time, per subject.</returns>
    private static (double Clock, double Processor)[] Measure(IReadOnlyList<Subject> subjects, int rounds)
    {
        foreach (var subject in subjects)
        {
            subject.Run();
        }

        var clocks = subjects.Select(_ => new List<double>()).ToArray();
        var processors = subjects.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (index, subject) in subjects.Index())
            {
                var (start, used) = (Stopwatch.GetTimestamp(), subject.Processor());
                subject.Run();
                clocks[index].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                processors[index].Add((subject.Processor() - used).TotalSeconds);
            }
        }

        return [.. clocks.Zip(processors, (clock, processor) => (Median(clock), Median(processor)))];
    }

    /// <summary>Measures and prints a row per subject.</summary>
    /// <param name="subjects">The first one is what the others are compared with.</param>
    /// <param name="rounds">Timed runs of each; 1 or more.</param>
    /// <param name="best">The highest rate that there is, which those of the subjects are told as shares of; null for none.</param>
    /// <returns>The highest rate of any subject in floating-point operations a second of one processor; 0 where none counts them.</returns>
    public static double Print(IReadOnlyList<Subject> subjects, int rounds, double? best = null)
    {
        var medians = Measure(subjects, rounds);
        var (clock, processor) = medians[0];
        Say($"{"", -40}{"ms", 10}{"ratio", 7}{"CPU ms", 10}{"ratio", 7}{"GF/s", 7}{(best is null ? "" : "of best"), 9}");
        foreach (var (index, subject) in subjects.Index())
        {
            var (time, used) = medians[index];
            var rate = subject.Flops is { } flops ? (flops / time / 1e9).ToString("0", CultureInfo.InvariantCulture) : "";
            var share = subject.Flops / used / best;
            Say(
                $"{subject.Name, -40}{1000 * time, 10:0.00}{time / clock, 7:0.00}{1000 * used, 10:0.00}{used / processor, 7:0.00}{rate, 7}{share, 9:0 %}"
            );
        }

        return subjects.Zip(medians, (subject, median) => (subject.Flops ?? 0) / median.Processor).Max();
    }

    private static double Median(IReadOnlyCollection<double> values) => values.Order().ElementAt(values.Count / 2);

    public static void Say(FormattableString text) => Console.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
