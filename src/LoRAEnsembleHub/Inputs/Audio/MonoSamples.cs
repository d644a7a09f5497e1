namespace LoRAEnsembleHub.Inputs;

/// <summary>Collects the samples of a reader, several channels as their mean, and proves that they are finite.</summary>
internal static class MonoSamples
{
    private const int BlockMoments = 4096;

    /// <summary>Reads up to a number of samples.</summary>
    /// <param name="reader">The reader, at its start.</param>
    /// <param name="wanted">Samples wanted at most, 1 or more, or null for all.</param>
    /// <param name="bytes">The file, for messages.</param>
    /// <param name="cancellationToken">Tested from block to block.</param>
    /// <returns>One sample or more, and whether the file has none behind them.</returns>
    public static (float[] Samples, bool IsWhole) Read(
        SampleReader reader,
        long? wanted,
        AudioBytes bytes,
        CancellationToken cancellationToken
    )
    {
        var channels = reader.Facts.Channels;
        var most = Math.Min(wanted ?? long.MaxValue, Array.MaxLength);
        var block = new float[channels * BlockMoments];
        var mono = Array.Empty<float>();
        var count = 0;
        while (count < most)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var moments = (int)Math.Min(BlockMoments, most - count);
            var got = reader.Read(block.AsSpan(0, moments * channels)) / channels;
            if (got == 0)
            {
                break;
            }

            if (count + got > mono.Length)
            {
                // Grows by what came, never by what a header promises.
                Array.Resize(ref mono, (int)Math.Min(most, Math.Max(count + got, 2L * mono.Length)));
            }

            Mix(block.AsSpan(0, got * channels), mono.AsSpan(count, got), channels, count, bytes);
            count += got;
        }

        if (count == 0)
        {
            throw bytes.Malformed("The sound has no samples; there is nothing to listen to. Record or fetch it again.");
        }

        Array.Resize(ref mono, count);
        var isWhole = count < most || reader.Read(block.AsSpan(0, channels)) == 0;
        return isWhole || wanted is not null
            ? (mono, isWhole)
            : throw new AudioException(bytes.Name, $"The sound has more than {most} samples, more than one array holds; read less of it.");
    }

    private static void Mix(ReadOnlySpan<float> interleaved, Span<float> mono, int channels, long before, AudioBytes bytes)
    {
        if (channels == 1)
        {
            interleaved.CopyTo(mono);
        }
        else
        {
            for (var moment = 0; moment < mono.Length; moment++)
            {
                var sum = 0.0;
                foreach (var sample in interleaved.Slice(moment * channels, channels))
                {
                    sum += sample;
                }

                mono[moment] = (float)(sum / channels);
            }
        }

        // A mean of finite single-precision numbers is finite, so whatever is not shows here.
        for (var moment = 0; moment < mono.Length; moment++)
        {
            if (!float.IsFinite(mono[moment]))
            {
                var channel = 0;
                while (float.IsFinite(interleaved[(moment * channels) + channel]))
                {
                    channel++;
                }

                throw bytes.Malformed(
                    $"Sample {before + moment} of channel {channel} is {interleaved[(moment * channels) + channel]}; every sample must be finite. Write the file again."
                );
            }
        }
    }
}
