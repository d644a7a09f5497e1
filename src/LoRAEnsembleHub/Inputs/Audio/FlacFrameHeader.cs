namespace LoRAEnsembleHub.Inputs;

/// <summary>The header of one frame of FLAC.</summary>
/// <remarks>RFC 9639, section 9.1.</remarks>
internal readonly record struct FlacFrameHeader
{
    private const int Sync = 0b111111111111100;

    /// <summary>Samples of each channel in the frame.</summary>
    public int Block { get; private init; }

    /// <summary>Below 8: channels − 1, each for itself. 8, 9 and 10: two channels, as left and side, side and right, or mid and side.</summary>
    public int Channels { get; private init; }

    /// <summary>The first sample of the frame, or, where blocks have one size, the number of the frame.</summary>
    public long Number { get; private init; }

    public bool IsNumberOfSample { get; private init; }

    /// <summary>Reads a header and proves its checksum and that it fits the stream.</summary>
    public static FlacFrameHeader Read(FlacBits bits, FlacStreamInfo info, AudioBytes bytes)
    {
        bits.ClearChecksums();
        if (bits.Take(15) != Sync)
        {
            throw bytes.Malformed("Something that is no frame stands between the frames of FLAC; the file is damaged. Fetch it again.");
        }

        var isNumberOfSample = bits.Take(1) == 1;
        var (blockCode, rateCode) = (bits.Take(4), bits.Take(4));
        var (channels, sizeCode, reserved) = ((int)bits.Take(4), bits.Take(3), bits.Take(1));
        var number = TakeNumber(bits, bytes);
        var block = blockCode switch
        {
            0 => 0,
            1 => 192,
            <= 5 => 144 << (int)blockCode,
            6 => (int)bits.Take(8) + 1,
            7 => (int)bits.Take(16) + 1,
            _ => 1 << (int)blockCode,
        };
        long rate = rateCode switch
        {
            0 => info.Facts.SampleRateHz,
            1 => 88_200,
            2 => 176_400,
            3 => 192_000,
            4 => 8_000,
            5 => 16_000,
            6 => 22_050,
            7 => 24_000,
            8 => 32_000,
            9 => 44_100,
            10 => 48_000,
            11 => 96_000,
            12 => bits.Take(8) * 1_000,
            13 => bits.Take(16),
            14 => bits.Take(16) * 10,
            _ => 0,
        };
        var size = sizeCode switch
        {
            0 => info.Bits,
            1 => 8,
            2 => 12,
            4 => 16,
            5 => 20,
            6 => 24,
            7 => 32,
            _ => 0,
        };
        var expected = bits.Checksum8;
        if (bits.Take(8) != expected)
        {
            throw bytes.Malformed("The checksum of a frame header of FLAC is wrong; the file is damaged. Fetch it again.");
        }

        var count = channels < 8 ? channels + 1 : 2;
        return reserved != 0 || channels > 10 || block is < 1 or > 65_535 || size == 0
                ? throw bytes.Malformed("A frame header of FLAC is damaged. Fetch the file again.")
            : rate != info.Facts.SampleRateHz || size != info.Bits || count != info.Facts.Channels || block > info.MaxBlock
                ? throw bytes.Unsupported(
                    $"Within the FLAC file the sound changes to {count} channels of {size} bits at {rate} Hz in blocks of {block}"
                )
            : new FlacFrameHeader
            {
                Block = block,
                Channels = channels,
                Number = number,
                IsNumberOfSample = isNumberOfSample,
            };
    }

    // Coded as UTF-8 codes characters, up to 36 bits in 7 bytes.
    private static long TakeNumber(FlacBits bits, AudioBytes bytes)
    {
        var first = bits.Take(8);
        var ones = 0;
        while (ones < 8 && (first & (0x80 >> ones)) != 0)
        {
            ones++;
        }

        if (ones is 1 or 8)
        {
            throw bytes.Malformed("The number of a frame of FLAC is damaged. Fetch the file again.");
        }

        var value = first & (0x7F >> ones);
        for (var more = 1; more < ones; more++)
        {
            if (bits.Take(2) != 0b10)
            {
                throw bytes.Malformed("The number of a frame of FLAC is damaged. Fetch the file again.");
            }

            value = (value << 6) | bits.Take(6);
        }

        return value;
    }
}
