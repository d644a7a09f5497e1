namespace LoRAEnsembleHub.Inputs;

/// <summary>The samples of a WAV file.</summary>
internal sealed class WavReader : SampleReader
{
    private readonly AudioBytes bytes;
    private readonly WavFormat format;
    private readonly long? promised;
    private readonly int stride;
    private byte[] block = [];
    private long taken;

    private WavReader(AudioBytes bytes, WavFormat format, long? promised)
    {
        (this.bytes, this.format, this.promised) = (bytes, format, promised);
        stride = format.Facts.Channels * format.Encoding.ByteCount();
    }

    public override SoundFacts Facts => format.Facts;

    public static WavReader Open(AudioBytes bytes)
    {
        var (format, promised) = WavChunks.ReadToData(bytes);
        return new WavReader(bytes, format, promised);
    }

    public override int Read(Span<float> samples)
    {
        var wanted = samples.Length / Facts.Channels * (long)stride;
        // As in libsndfile, bytes at the end that make no whole moment do not count.
        var left = promised is { } all ? (all - taken) / stride * stride : wanted;
        var size = (int)Math.Min(wanted, left);
        if (block.Length < size)
        {
            block = new byte[size];
        }

        var got = bytes.Read(block.AsSpan(0, size));
        taken += got;
        if (got < size && promised is not null)
        {
            throw bytes.CutOff($"its samples: the data chunk promises {promised} bytes and {taken} are there");
        }

        var count = got / stride * Facts.Channels;
        format.Encoding.Read(block, samples[..count]);
        return count;
    }
}
