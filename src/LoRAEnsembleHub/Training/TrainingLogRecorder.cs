using System.Globalization;
using System.Text.Json;

namespace LoRAEnsembleHub.Training;

/// <summary>Makes the log of a run from its updates: a point for each of at most so many equal stretches.</summary>
internal sealed class TrainingLogRecorder(int totalSteps)
{
    private const string LossDigits = "G6";
    private const string RateDigits = "G8";

    private readonly int stretches = Math.Min(totalSteps, TrainingLog.MostPoints);
    private Recorded state = new();

    /// <summary>The log so far.</summary>
    public TrainingLog Log => new() { TotalSteps = totalSteps, Points = [.. state.Points] };

    /// <summary>Everything that a run which goes on from here needs to know.</summary>
    public string State => JsonSerializer.Serialize(state, TrainingLogPoint.Json);

    /// <summary>Reads what <see cref="State"/> was.</summary>
    /// <param name="text">The state; null of a checkpoint without one, whose log begins where it goes on.</param>
    /// <param name="step">Updates made.</param>
    /// <returns>A recorder that goes on from there, or null when the state makes no sense.</returns>
    public TrainingLogRecorder? Resumed(string? text, int step)
    {
        try
        {
            var read = text is null ? new Recorded() : JsonSerializer.Deserialize<Recorded>(text, TrainingLogPoint.Json)!;
            var resumed = new TrainingLogRecorder(totalSteps) { state = read };
            var isSound =
                read.Points is not null
                && read.MemberSums?.Count == read.MemberUpdates?.Count
                && read.Points.All(point => point.Step <= step);
            return isSound && resumed.Log.Fault() is null ? resumed : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Takes an update in.</summary>
    /// <param name="step">Updates made, with this one.</param>
    /// <param name="loss">Its loss.</param>
    /// <param name="rate">Its learning rate.</param>
    /// <param name="members">The members' own losses, null for those that sat it out; null where they are not known.</param>
    public void Add(int step, double loss, double rate, IReadOnlyList<double?>? members)
    {
        state.Sum += loss;
        state.Updates++;
        if (members is not null)
        {
            state.MemberSums ??= [.. members.Select(_ => 0.0)];
            state.MemberUpdates ??= [.. members.Select(_ => 0)];
            foreach (var (member, own) in members.Index().Where(member => member.Item is not null))
            {
                state.MemberSums[member] += own!.Value;
                state.MemberUpdates[member]++;
            }
        }

        if ((long)step * stretches / totalSteps > (step - 1L) * stretches / totalSteps)
        {
            state = new Recorded { Points = [.. state.Points, PointAt(step, rate)] };
        }
    }

    private TrainingLogPoint PointAt(int step, double rate) =>
        new()
        {
            Step = step,
            Loss = Rounded(state.Sum / state.Updates, LossDigits),
            LearningRate = Rounded(rate, RateDigits),
            MemberLosses = state.MemberSums is null
                ? null
                :
                [
                    .. state.MemberSums.Zip(
                        state.MemberUpdates!,
                        (sum, updates) => updates == 0 ? (double?)null : Rounded(sum / updates, LossDigits)
                    ),
                ],
        };

    private static double Rounded(double value, string digits) =>
        double.Parse(value.ToString(digits, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>Whole stretches, and the sums of the one that is not yet whole.</summary>
    private sealed record Recorded
    {
        public List<TrainingLogPoint> Points { get; init; } = [];

        public double Sum { get; set; }

        public int Updates { get; set; }

        public List<double>? MemberSums { get; set; }

        public List<int>? MemberUpdates { get; set; }
    }
}
