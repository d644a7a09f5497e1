using System.Numerics;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Logarithmic mel energies of overlapping frames, as Kaldi's fbank computes them.</summary>
/// <remarks>
/// The NumPy path of transformers' ASTFeatureExtractor (audio_utils.spectrogram): per frame the mean is removed, pre-emphasis 0.97, symmetric
/// Hann window of 400, zeros up to 512, power spectrum, mel filters from 20 Hz to half the rate, natural logarithm of at least 2^−23. Double
/// precision, but the spectrum is rounded to single precision as there. Frame and step are 400 and 160 samples at any rate. Holds only
/// tables: one filter bank may be used by many threads.
/// </remarks>
internal sealed class KaldiFilterBank
{
    /// <summary>Samples in a frame: 25 ms at 16 kHz.</summary>
    public const int FrameSamples = 400;

    /// <summary>Samples from one frame to the next: 10 ms at 16 kHz.</summary>
    public const int StepSamples = 160;

    /// <summary>Where the lowest filter begins.</summary>
    public const double LowHz = 20;

    private const int TransformSamples = 512;
    private const double PreEmphasis = 0.97;
    private const double Floor = 1.192092955078125e-07;

    private readonly double[] window = new double[FrameSamples];
    private readonly RealFourierTransform transform = new(TransformSamples);
    private readonly MelFilters filters;

    /// <summary>A filter bank.</summary>
    /// <param name="sampleRateHz">Samples in a second; 42 or more, so that half of it lies above the lowest filter.</param>
    /// <param name="mels">How many filters; 1 or more.</param>
    public KaldiFilterBank(int sampleRateHz, int mels)
    {
        for (var i = 0; i < FrameSamples; i++)
        {
            window[i] = 0.5 + (0.5 * Math.Cos(Math.PI * ((2 * i) + 1 - FrameSamples) / (FrameSamples - 1)));
        }

        // The highest frequency is a whole number of Hz upstream.
        filters = new MelFilters(mels, LowHz, sampleRateHz / 2, transform.Bins, (double)sampleRateHz / TransformSamples);
    }

    /// <summary>Whole frames in that many samples.</summary>
    public static int FrameCount(long samples) =>
        samples < FrameSamples ? 0 : (int)Math.Min(1 + ((samples - FrameSamples) / StepSamples), int.MaxValue);

    /// <summary>Computes frames from the first on.</summary>
    /// <param name="samples">As many as the frames need, or more.</param>
    /// <param name="into">Receives [frames, mels]; its length says how many frames.</param>
    public void Write(ReadOnlySpan<float> samples, Span<float> into)
    {
        var frame = new double[TransformSamples]; // What lies behind the window stays 0.
        var spectrum = new Complex[transform.Bins];
        var power = new double[transform.Bins];
        for (var start = 0; into.Length > 0; start += StepSamples, into = into[filters.Count..])
        {
            Prepare(samples.Slice(start, FrameSamples), frame);
            transform.Forward(frame, spectrum);
            for (var bin = 0; bin < power.Length; bin++)
            {
                var (real, imaginary) = ((double)(float)spectrum[bin].Real, (double)(float)spectrum[bin].Imaginary);
                power[bin] = (real * real) + (imaginary * imaginary);
            }

            for (var mel = 0; mel < filters.Count; mel++)
            {
                into[mel] = (float)Math.Log(Math.Max(Floor, filters.Apply(mel, power)));
            }
        }
    }

    private void Prepare(ReadOnlySpan<float> samples, Span<double> frame)
    {
        var mean = 0.0;
        foreach (var sample in samples)
        {
            mean += sample;
        }

        mean /= FrameSamples;
        var before = samples[0] - mean; // The first sample stands in for the one before it.
        for (var i = 0; i < FrameSamples; i++)
        {
            var centred = samples[i] - mean;
            (frame[i], before) = ((centred - (PreEmphasis * before)) * window[i], centred);
        }
    }
}
