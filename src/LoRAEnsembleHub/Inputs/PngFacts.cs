using System.Buffers.Binary;

namespace LoRAEnsembleHub.Inputs;

/// <summary>What the chunks of a PNG say that Skia does not pass on.</summary>
/// <remarks>PNG specification, third edition: 5 (chunks), 11.2.1 (IHDR), 11.3.4.5 (eXIf), 11.3.6 (acTL, fcTL). All offsets are checked; damage ends the walk.</remarks>
internal readonly record struct PngFacts
{
    private const int HeaderEnd = 33; // signature 8, then IHDR: length 4, type 4, data 13, checksum 4

    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public PngFacts() { }

    public bool IsPng { get; init; }

    public bool IsGrey { get; init; }

    public bool IsSixteenBitGrey { get; init; }

    public bool HasTransparency { get; init; }

    /// <summary>Frames of the animation, the picture that other decoders show among them; 1 without animation.</summary>
    public int FrameCount { get; init; } = 1;

    private bool IsFirstFrameKnown { get; init; }

    public ImageOrientationTag Orientation { get; init; } = ImageOrientationTag.TopLeft;

    public static PngFacts Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderEnd || !file.StartsWith(Signature) || !file.Slice(12, 4).SequenceEqual("IHDR"u8))
        {
            return new PngFacts();
        }

        var (depth, colour) = (file[24], file[25]);
        var facts = new PngFacts
        {
            IsPng = true,
            IsGrey = colour is 0 or 4,
            IsSixteenBitGrey = colour == 0 && depth == 16,
            HasTransparency = colour is 4 or 6,
        };
        for (var rest = file[HeaderEnd..]; rest.Length >= 12; )
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12)
            {
                break;
            }

            facts = facts.With(rest.Slice(4, 4), rest.Slice(8, (int)length));
            rest = rest[((int)length + 12)..];
        }

        return facts;
    }

    /// <summary>Rewrites the header of a 16-bit grey PNG in place so that it is an 8-bit grey-and-alpha one.</summary>
    /// <remarks>
    /// Skia throws away the low byte of 16-bit grey. Both kinds have two bytes a pixel, and PNG filters and interlacing work on bytes, so
    /// the same data then decodes to high byte = grey and low byte = alpha.
    /// </remarks>
    public static void PresentSixteenBitGreyAsGreyAlpha(Span<byte> file)
    {
        (file[24], file[25]) = (8, 4);
        BinaryPrimitives.WriteUInt32BigEndian(file[29..], Checksum(file[12..29]));
    }

    private PngFacts With(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data) =>
        type.SequenceEqual("tRNS"u8) ? this with { HasTransparency = true }
        : type.SequenceEqual("acTL"u8) && data.Length >= 4 ? this with { FrameCount = Frames(data) }
        : type.SequenceEqual("fcTL"u8) ? this with { IsFirstFrameKnown = true }
        // A picture that no frame control announces stands outside the animation, for decoders that know none.
        : type.SequenceEqual("IDAT"u8) && !IsFirstFrameKnown && FrameCount > 1
            ? this with
            {
                FrameCount = FrameCount + 1,
                IsFirstFrameKnown = true,
            }
        : type.SequenceEqual("eXIf"u8) ? this with { Orientation = ExifOrientation.Read(data) }
        : this;

    private static int Frames(ReadOnlySpan<byte> animationControl) =>
        (int)Math.Clamp(BinaryPrimitives.ReadUInt32BigEndian(animationControl), 1, int.MaxValue - 1);

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var one in bytes)
        {
            sum ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum >> 1) ^ ((sum & 1) * 0xEDB88320);
            }
        }

        return ~sum;
    }
}
