using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Data;

/// <summary>Random changes of training sounds and their spectrograms; everything is off until switched on.</summary>
/// <remarks>
/// The masks are those of SpecAugment (Park et al. 2019) as torchaudio's FrequencyMasking and TimeMasking draw them, one of each, filled with
/// 0 before normalisation; the ESC-50 recipe of LoRA-Ensemble takes up to 24 bins and 96 frames. Shift, gain and noise act on the sound
/// before, in this order, and are not part of that recipe. A switch that is off draws no random number.
/// </remarks>
public sealed record SpectrogramAugmentation
{
    /// <summary>Blank one band of mel filters, its width uniform in [0, this), rounded down. Default: 0, off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int FrequencyMaskBins
    {
        get;
        init => field = NotNegative(value, "mask of mel filters");
    }

    /// <summary>Blank one stretch of frames, padding included, its length uniform in [0, this), rounded down. Default: 0, off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int TimeMaskFrames
    {
        get;
        init => field = NotNegative(value, "mask of frames");
    }

    /// <summary>Move the sound by whole samples, uniform in −this … this; what comes in is silence. Default: 0, off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative or above 2^29.</exception>
    public int ShiftSamples
    {
        get;
        init =>
            field = value is >= 0 and <= 1 << 29
                ? value
                : throw new ArgumentOutOfRangeException(nameof(value), value, "The largest shift must be 0 … 2^29 samples.");
    }

    /// <summary>Make the sound louder or softer by decibels uniform in −this … this, 0 … 120. Default: 0, off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not in 0 … 120.</exception>
    public double GainDecibels
    {
        get;
        init =>
            field = value is >= 0 and <= 120
                ? value
                : throw new ArgumentOutOfRangeException(nameof(value), value, "The largest gain must be 0 … 120 dB.");
    }

    /// <summary>Add white Gaussian noise with a standard deviation uniform in [0, this); full scale is 1. Default: 0, off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not in 0 … 1.</exception>
    public double NoiseAmplitude
    {
        get;
        init =>
            field = value is >= 0 and <= 1
                ? value
                : throw new ArgumentOutOfRangeException(nameof(value), value, "The largest amplitude of noise must be 0 … 1.");
    }

    /// <summary>Whether the sound itself is changed, and not only its spectrogram.</summary>
    internal bool ChangesSamples => ShiftSamples > 0 || GainDecibels > 0 || NoiseAmplitude > 0;

    /// <summary>Changes one sound; the first of the two steps.</summary>
    /// <param name="samples">The sound, changed in place.</param>
    /// <param name="random">The stream to draw from; moves on by what the switches need.</param>
    internal void ApplyToSamples(Span<float> samples, ref SeededRandom random)
    {
        if (ShiftSamples > 0)
        {
            Shift(samples, random.NextInt32((2 * ShiftSamples) + 1) - ShiftSamples);
        }

        if (GainDecibels > 0)
        {
            var factor = (float)Math.Pow(10, random.NextUniform(-GainDecibels, GainDecibels) / 20);
            foreach (ref var sample in samples)
            {
                sample *= factor;
            }
        }

        if (NoiseAmplitude > 0)
        {
            var amplitude = random.NextUniform(0, NoiseAmplitude);
            foreach (ref var sample in samples)
            {
                sample += (float)(amplitude * random.NextGaussian());
            }
        }
    }

    /// <summary>Masks one spectrogram; the second step, between filter bank and normalisation.</summary>
    /// <param name="spectrogram">[frames, mels], changed in place.</param>
    /// <param name="mels">Filters in a frame; 1 or more.</param>
    /// <param name="random">The stream to draw from, where the first step left it; moves on by what the switches need.</param>
    internal void ApplyToSpectrogram(Span<float> spectrogram, int mels, ref SeededRandom random)
    {
        var frames = spectrogram.Length / mels;
        if (FrequencyMaskBins > 0)
        {
            var (start, width) = Mask(FrequencyMaskBins, mels, ref random);
            for (var frame = 0; frame < frames; frame++)
            {
                spectrogram.Slice((frame * mels) + start, width).Clear();
            }
        }

        if (TimeMaskFrames > 0)
        {
            var (start, width) = Mask(TimeMaskFrames, frames, ref random);
            spectrogram.Slice(start * mels, width * mels).Clear();
        }
    }

    // Both numbers are rounded down only at the end, so, as upstream, the very last place is never reached.
    private static (int Start, int Width) Mask(int most, int size, ref SeededRandom random)
    {
        var width = random.NextDouble() * Math.Min(most, size);
        return ((int)(random.NextDouble() * (size - width)), (int)width);
    }

    private static void Shift(Span<float> samples, int later)
    {
        var moved = Math.Min(Math.Abs(later), samples.Length);
        if (later > 0)
        {
            samples[..^moved].CopyTo(samples[moved..]);
            samples[..moved].Clear();
        }
        else
        {
            samples[moved..].CopyTo(samples);
            samples[^moved..].Clear();
        }
    }

    private static int NotNegative(int value, string what) =>
        value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"The largest {what} must be 0 or more.");
}
