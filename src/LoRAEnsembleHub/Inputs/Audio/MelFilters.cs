namespace LoRAEnsembleHub.Inputs;

/// <summary>Triangular filters that are evenly spaced and have straight sides in mel, as in Kaldi.</summary>
/// <remarks>
/// transformers.audio_utils.mel_filter_bank with mel_scale "kaldi", norm none and triangularize_in_mel_space: mel = 1127 · ln(1 + Hz / 700).
/// The narrowest filters may lie between two frequencies of the transform and be empty.
/// </remarks>
internal sealed class MelFilters
{
    private readonly int[] starts;
    private readonly double[][] weights;

    /// <summary>Filters from one frequency to another.</summary>
    /// <param name="count">How many filters; 1 or more.</param>
    /// <param name="lowHz">Where the first begins.</param>
    /// <param name="highHz">Where the last ends.</param>
    /// <param name="bins">Frequencies that the transform gives, 0 included.</param>
    /// <param name="binHz">From one of them to the next.</param>
    public MelFilters(int count, double lowHz, double highHz, int bins, double binHz)
    {
        (starts, weights) = (new int[count], new double[count][]);
        var (low, high) = (Mel(lowHz), Mel(highHz));
        var step = (high - low) / (count + 1);
        for (var filter = 0; filter < count; filter++)
        {
            var (left, centre) = (low + (filter * step), low + ((filter + 1) * step));
            var right = filter == count - 1 ? high : low + ((filter + 2) * step);
            var all = new double[bins];
            for (var bin = 0; bin < bins; bin++)
            {
                var mel = Mel(bin * binHz);
                all[bin] = Math.Max(0, Math.Min((mel - left) / (centre - left), (right - mel) / (right - centre)));
            }

            var start = Array.FindIndex(all, weight => weight > 0);
            starts[filter] = Math.Max(start, 0);
            weights[filter] = start < 0 ? [] : all[start..(Array.FindLastIndex(all, weight => weight > 0) + 1)];
        }
    }

    /// <summary>How many filters there are.</summary>
    public int Count => starts.Length;

    /// <summary>What one filter lets through.</summary>
    /// <param name="filter">The filter, from the lowest.</param>
    /// <param name="power">The power at each frequency of the transform.</param>
    public double Apply(int filter, ReadOnlySpan<double> power)
    {
        var own = weights[filter];
        var under = power.Slice(starts[filter], own.Length);
        var sum = 0.0;
        for (var i = 0; i < own.Length; i++)
        {
            sum += own[i] * under[i];
        }

        return sum;
    }

    private static double Mel(double hz) => 1127.0 * Math.Log(1.0 + (hz / 700.0));
}
