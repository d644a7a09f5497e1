namespace LoRAEnsembleHub.Inputs;

/// <summary>Makes sounds worse by adding noise, in five degrees.</summary>
/// <remarks>
/// White Gaussian noise, whose power is that of the sound less 20, 15, 10, 5 and 0 dB for severities 1 … 5; a silent sound stays silent.
/// </remarks>
public static class SoundCorruption
{
    private static readonly double[] decibels = [20, 15, 10, 5, 0];

    /// <summary>The kinds that there are for sounds.</summary>
    public static IReadOnlyList<CorruptionKind> Kinds { get; } = [CorruptionKind.Noise];

    /// <summary>Makes one sound worse.</summary>
    /// <param name="sound">The sound; left as it is.</param>
    /// <param name="corruption">What is done and how strongly; of <see cref="Kinds"/>.</param>
    /// <param name="example">Number of the example, which the noise is drawn for.</param>
    /// <returns>A sound as long; samples may exceed full scale.</returns>
    /// <exception cref="ArgumentException">There is no such corruption of sounds.</exception>
    public static Waveform Apply(Waveform sound, Corruption corruption, int example)
    {
        ArgumentNullException.ThrowIfNull(sound);
        ArgumentNullException.ThrowIfNull(corruption);
        if (!Kinds.Contains(corruption.Kind))
        {
            throw new ArgumentException(
                $"{Corruption.WordOf(corruption.Kind)} is for pictures; sounds have {string.Join(", ", Kinds.Select(Corruption.WordOf))}.",
                nameof(corruption)
            );
        }

        var samples = sound.Samples.ToArray();
        var power = samples.Sum(sample => (double)sample * sample) / Math.Max(1, samples.Length);
        var deviation = Math.Sqrt(power / Math.Pow(10, decibels[corruption.Severity - 1] / 10));
        var random = corruption.RandomFor(example);
        for (var index = 0; index < samples.Length; index++)
        {
            samples[index] += (float)(deviation * random.NextGaussian());
        }

        return sound with
        {
            Samples = samples,
        };
    }
}
