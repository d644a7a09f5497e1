using System.Buffers.Binary;

namespace LoRAEnsembleHub.Inputs;

/// <summary>What a GIF says about its first frame that Skia does not pass on.</summary>
/// <remarks>
/// GIF89a specification, 18 (screen), 20 (image), 23 (graphic control). All offsets are checked; damage ends the walk. Skia paints
/// transparent pixels black; Pillow gives them their colour, and paints what the first frame leaves free with the transparent colour, or
/// with colour 0 where there is none (GifImagePlugin, load_prepare).
/// </remarks>
internal readonly record struct GifFacts
{
    private const int ScreenEnd = 13; // signature 6, then width 2, height 2, flags, background, aspect
    private const int ImageLength = 10; // separator, left 2, top 2, width 2, height 2, flags
    private const byte PaletteFlag = 0x80;

    /// <summary>Whether a colour of the first frame is transparent.</summary>
    public bool HasTransparency { get; init; }

    /// <summary>Left, top, width and height of the first frame; empty where the file is no GIF or ends before it.</summary>
    public (int Left, int Top, int Width, int Height) Frame { get; init; }

    /// <summary>The colour of what the first frame leaves free.</summary>
    public (byte Red, byte Green, byte Blue) Ground { get; init; }

    /// <summary>Reads the facts, and takes the transparency of the first frame out of the file so that its colours are decoded.</summary>
    public static GifFacts TakeTransparency(Span<byte> file)
    {
        if (file.Length < ScreenEnd || !(file.StartsWith("GIF89a"u8) || file.StartsWith("GIF87a"u8)))
        {
            return default;
        }

        ReadOnlySpan<byte> palette = Palette(file[ScreenEnd..], file[10]);
        byte? transparent = null;
        for (var at = ScreenEnd + palette.Length; at < file.Length; )
        {
            var rest = file[at..];
            if (rest[0] == ',' && rest.Length >= ImageLength)
            {
                return Facts(rest, Palette(rest[ImageLength..], rest[9]) is { IsEmpty: false } own ? own : palette, transparent);
            }

            if (rest[0] != '!' || rest.Length < 2)
            {
                break;
            }

            if (rest.Length >= 7 && rest[1] == 0xF9 && rest[2] == 4 && (rest[3] & 1) != 0)
            {
                transparent = rest[6];
                rest[3] &= 0xFE;
            }

            at += 2 + BlocksLength(rest[2..]);
        }

        return default;
    }

    /// <summary>Paints what the first frame leaves free.</summary>
    /// <param name="pixels">Red, green, blue per pixel of the whole screen.</param>
    /// <param name="width">The width of the screen in pixels.</param>
    public void PaintGround(Span<byte> pixels, int width)
    {
        if (Frame.Width == 0)
        {
            return;
        }

        for (int at = 0, pixel = 0; at < pixels.Length; at += 3, pixel++)
        {
            var (row, column) = Math.DivRem(pixel, width);
            if (row < Frame.Top || row >= Frame.Top + Frame.Height || column < Frame.Left || column >= Frame.Left + Frame.Width)
            {
                (pixels[at], pixels[at + 1], pixels[at + 2]) = Ground;
            }
        }
    }

    private static GifFacts Facts(ReadOnlySpan<byte> image, ReadOnlySpan<byte> palette, byte? transparent)
    {
        var colour = 3 * (transparent ?? 0);
        return new GifFacts
        {
            HasTransparency = transparent is not null,
            Frame = (Short(image[1..]), Short(image[3..]), Short(image[5..]), Short(image[7..])),
            Ground = colour + 3 <= palette.Length ? (palette[colour], palette[colour + 1], palette[colour + 2]) : default,
        };
    }

    // 2^(size + 1) colours of three bytes, or none.
    private static ReadOnlySpan<byte> Palette(ReadOnlySpan<byte> after, byte flags) =>
        (flags & PaletteFlag) == 0 ? [] : after[..Math.Min(after.Length, 3 << ((flags & 7) + 1))];

    // Blocks of up to 255 bytes, each behind its length; the last has length 0.
    private static int BlocksLength(ReadOnlySpan<byte> blocks)
    {
        var at = 0;
        while (at < blocks.Length && blocks[at] != 0)
        {
            at += 1 + blocks[at];
        }

        return at + 1;
    }

    private static int Short(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
