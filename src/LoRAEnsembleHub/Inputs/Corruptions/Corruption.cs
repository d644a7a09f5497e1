using System.Globalization;
using System.Text.Json;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Inputs;

/// <summary>One way and one degree of making inputs worse, to see what a model does away from its training data.</summary>
/// <remarks>
/// What is random in it depends on the seed, the kind and the example only: one example gets the same pattern at every severity, in any
/// order and on every machine.
/// </remarks>
public sealed record Corruption
{
    /// <summary>The highest severity.</summary>
    public const int Severities = 5;

    private const long Stream = 7;

    /// <summary>Names a corruption.</summary>
    /// <param name="kind">What is done.</param>
    /// <param name="severity">How strongly: 1 … <see cref="Severities"/>.</param>
    /// <param name="seed">Any number.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such kind or severity.</exception>
    public Corruption(CorruptionKind kind, int severity, long seed = 0)
    {
        if (!Enum.IsDefined(kind))
        {
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind of corruption.");
        }

        if (severity is < 1 or > Severities)
        {
            throw new ArgumentOutOfRangeException(nameof(severity), severity, $"The severity must be 1 … {Severities}.");
        }

        (Kind, Severity, Seed) = (kind, severity, seed);
    }

    /// <summary>What is done.</summary>
    public CorruptionKind Kind { get; }

    /// <summary>How strongly: 1 … <see cref="Severities"/>.</summary>
    public int Severity { get; }

    /// <summary>Seed of what is random in it.</summary>
    public long Seed { get; }

    /// <summary>Kind and severity in words, such as <c>noise 3</c>.</summary>
    public override string ToString() => $"{WordOf(Kind)} {Severity}";

    /// <summary>A kind as people write it, such as <c>jpeg</c>.</summary>
    /// <param name="kind">What is done.</param>
    public static string WordOf(CorruptionKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    /// <summary>Reads a kind as people write it, at one severity or at all, such as <c>noise:3</c> or <c>noise</c>.</summary>
    /// <param name="text">The words.</param>
    /// <param name="known">The kinds that inputs can be made worse in.</param>
    /// <returns>One corruption, or one per severity; null where the words mean none.</returns>
    public static IReadOnlyList<Corruption>? Read(string text, IReadOnlyList<CorruptionKind> known)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(known);
        var parts = text.Split(':');
        CorruptionKind[] kinds = [.. known.Where(kind => WordOf(kind) == parts[0])];
        int[] severities =
            parts.Length == 1 ? [.. Enumerable.Range(1, Severities)]
            : parts.Length == 2
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var one)
            && one is >= 1 and <= Severities
                ? [one]
            : [];
        return kinds.Length == 0 || severities.Length == 0 ? null : [.. severities.Select(severity => new Corruption(kinds[0], severity))];
    }

    internal SeededRandom RandomFor(int example) => new(Seed, Stream, (long)Kind, example);
}
