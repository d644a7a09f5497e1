using System.Diagnostics;
using System.Globalization;

namespace LoRAEnsembleHub.Benchmarks.Speed;

/// <summary>One thing that is timed.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Run">Does it once.</param>
/// <param name="Flops">Floating-point operations of one run, or null.</param>
internal sealed record Subject(string Name, Action Run, double? Flops = null);

/// <summary>Times subjects in turn, so that a machine that slows down slows all of them, and compares medians.</summary>
internal static class Rounds
{
    /// <summary>Runs every subject once untimed, then all of them in turn.</summary>
    /// <param name="subjects">The first one is what the others are compared with.</param>
    /// <param name="rounds">Timed runs of each; 1 or more.</param>
    /// <returns>Median seconds per subject.</returns>
    public static double[] Measure(IReadOnlyList<Subject> subjects, int rounds)
    {
        foreach (var subject in subjects)
        {
            subject.Run();
        }

        var times = subjects.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (index, subject) in subjects.Index())
            {
                var start = Stopwatch.GetTimestamp();
                subject.Run();
                times[index].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        return [.. times.Select(Median)];
    }

    /// <summary>Measures and prints a row per subject.</summary>
    public static void Print(IReadOnlyList<Subject> subjects, int rounds)
    {
        var medians = Measure(subjects, rounds);
        Say($"{"", -44}{"ms", 10}{"times faster", 14}{"GF/s", 8}");
        foreach (var (index, subject) in subjects.Index())
        {
            var rate = subject.Flops is { } flops ? (flops / medians[index] / 1e9).ToString("0", CultureInfo.InvariantCulture) : "";
            Say($"{subject.Name, -44}{1000 * medians[index], 10:0.0}{medians[0] / medians[index], 14:0.00}{rate, 8}");
        }
    }

    public static double Median(IReadOnlyCollection<double> values) => values.Order().ElementAt(values.Count / 2);

    public static void Say(FormattableString text) => Console.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
