using NVorbis;

namespace LoRAEnsembleHub.Inputs;

/// <summary>The samples of an OGG Vorbis file, decoded by NVorbis.</summary>
internal sealed class VorbisReader : SampleReader
{
    private readonly AudioBytes bytes;
    private readonly VorbisPackets packets;
    private readonly StreamDecoder decoder;
    private float[] block = [];
    private long taken;

    private VorbisReader(AudioBytes bytes, VorbisPackets packets)
    {
        (this.bytes, this.packets) = (bytes, packets);
        // Full scale may be exceeded, as in libvorbis.
        decoder = Guarded(() => new StreamDecoder(packets) { ClipSamples = false });
    }

    public override SoundFacts Facts => packets.Facts;

    public static VorbisReader Open(AudioBytes bytes) => new(bytes, new VorbisPackets(bytes));

    public override int Read(Span<float> samples)
    {
        var channels = Facts.Channels;
        var wanted = samples.Length / channels * channels;
        if (block.Length < wanted)
        {
            block = new float[wanted];
        }

        var count = Guarded(() => decoder.Read(block, 0, wanted));
        if (packets.Total is { } total)
        {
            count = (int)Math.Clamp((total - taken) * channels, 0, count);
        }

        taken += count / channels;
        block.AsSpan(0, count).CopyTo(samples);
        return count;
    }

    // The decoder finds damage by whatever breaks under it.
    private T Guarded<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception exception)
            when (exception
                    is InvalidDataException
                        or ArgumentException
                        or IndexOutOfRangeException
                        or InvalidOperationException
                        or NullReferenceException
                        or ArithmeticException
                        or OverflowException
                        or NotSupportedException
                        or EndOfStreamException
            )
        {
            throw new AudioException(bytes.Name, $"The Vorbis stream is damaged ({exception.Message}). Fetch the file again.", exception)
            {
                IsMalformed = true,
            };
        }
    }
}
