using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LoRAEnsembleHub.Inputs;

/// <summary>The samples of a FLAC file.</summary>
/// <remarks>
/// RFC 9639. Proved are the checksums of every frame and of its header, the order of the frames, the number of samples and, where all of
/// them are read, their MD5. FLAC within OGG is not read.
/// </remarks>
internal sealed class FlacReader : SampleReader
{
    private readonly AudioBytes bytes;
    private readonly FlacBits bits;
    private readonly FlacStreamInfo info;
    private readonly long[][] channels;
    private readonly byte[] raw;
    private readonly IncrementalHash? digest;
    private int block;
    private int next;
    private long frames;
    private long decoded;
    private bool isAtEnd;

    private FlacReader(AudioBytes bytes, FlacStreamInfo info)
    {
        (this.bytes, this.info, bits) = (bytes, info, new FlacBits(bytes));
        channels = [.. Enumerable.Range(0, info.Facts.Channels).Select(_ => new long[info.MaxBlock])];
        raw = new byte[(info.Bits + 7) / 8 * info.Facts.Channels * info.MaxBlock];
        digest = info.Digest is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    }

    public override SoundFacts Facts => info.Facts;

    public static FlacReader Open(AudioBytes bytes) => new(bytes, FlacStreamInfo.Read(bytes));

    public override int Read(Span<float> samples)
    {
        var count = 0;
        var scale = 1.0 / (1L << (info.Bits - 1));
        while (samples.Length - count >= channels.Length && (next < block || Decode()))
        {
            foreach (var channel in channels)
            {
                samples[count++] = (float)(channel[next] * scale);
            }

            next++;
        }

        return count;
    }

    private bool Decode()
    {
        if (isAtEnd)
        {
            return false;
        }

        if (info.Total > 0 ? decoded == info.Total : bytes.Peek(1).IsEmpty)
        {
            isAtEnd = true;
            CheckDigest();
            return false;
        }

        if (bytes.Peek(1).IsEmpty)
        {
            throw bytes.CutOff($"its samples: the header promises {info.Total} and {decoded} are there");
        }

        var header = FlacFrameHeader.Read(bits, info, bytes);
        if (header.Number != (header.IsNumberOfSample ? decoded : frames))
        {
            throw bytes.Malformed(
                $"The frame of FLAC after sample {decoded} is not the next one; frames are missing. Fetch the file again."
            );
        }

        for (var channel = 0; channel < channels.Length; channel++)
        {
            FlacSubframe.Read(bits, info.Bits + (IsSide(header, channel) ? 1 : 0), channels[channel].AsSpan(0, header.Block), bytes);
        }

        var isPadded = bits.TakePadding();
        var expected = bits.Checksum16;
        if (!isPadded || bits.Take(16) != expected)
        {
            throw bytes.Malformed(
                $"The checksum of the frame of FLAC after sample {decoded} is wrong; the file is damaged. Fetch it again."
            );
        }

        Untangle(header);
        (block, next, frames, decoded) = (header.Block, 0, frames + 1, decoded + header.Block);
        if (info.Total > 0 && decoded > info.Total)
        {
            throw bytes.Malformed($"The FLAC file has more samples than the {info.Total} of its header; it is damaged.");
        }

        AddToDigest();
        return true;
    }

    private static bool IsSide(FlacFrameHeader header, int channel) =>
        header.Channels == 9 ? channel == 0 : header.Channels > 7 && channel == 1;

    // Section 4.2: side is left − right, and mid half their sum, whose lowest bit is that of side.
    private void Untangle(FlacFrameHeader header)
    {
        for (var i = 0; header.Channels > 7 && i < header.Block; i++)
        {
            var (one, two) = (channels[0][i], channels[1][i]);
            var sum = (2 * one) + (two & 1);
            (channels[0][i], channels[1][i]) = header.Channels switch
            {
                8 => (one, one - two),
                9 => (one + two, two),
                _ => ((sum + two) >> 1, (sum - two) >> 1),
            };
        }
    }

    private void AddToDigest()
    {
        if (digest is null)
        {
            return;
        }

        Span<byte> eight = stackalloc byte[8];
        var (size, count) = ((info.Bits + 7) / 8, 0);
        for (var i = 0; i < block; i++)
        {
            foreach (var channel in channels)
            {
                BinaryPrimitives.WriteInt64LittleEndian(eight, channel[i]);
                eight[..size].CopyTo(raw.AsSpan(count));
                count += size;
            }
        }

        digest.AppendData(raw, 0, count);
    }

    private void CheckDigest()
    {
        if (digest is not null && !digest.GetHashAndReset().AsSpan().SequenceEqual(info.Digest))
        {
            throw bytes.Malformed("The samples of the FLAC file do not have the MD5 of its header; the file is damaged. Fetch it again.");
        }
    }
}
