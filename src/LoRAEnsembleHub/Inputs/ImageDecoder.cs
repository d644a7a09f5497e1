using System.Buffers.Binary;
using LoRAEnsembleHub.Native;
using SkiaSharp;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Pictures in PNG, JPEG, WebP, BMP and GIF files, as 8-bit RGB.</summary>
/// <remarks>
/// <para>
/// The pixels are those of Pillow's <c>Image.open(file).convert("RGB")</c>: grey is repeated, palettes are looked up, transparency is
/// dropped without blending, and colour profiles and gamma are ignored. PNG agrees bit for bit; JPEG decoders may differ by 2 levels.
/// </para>
/// <para>
/// 16-bit PNG: of colour samples Pillow and Skia both keep the high byte. Of grey ones Skia keeps the high byte but Pillow clips the
/// value at 255; Pillow is followed and <see cref="DecodedImage.SixteenBitGreyClipped"/> says so.
/// </para>
/// <para>
/// Of an animation the first frame is taken, and <see cref="DecodedImage.FrameCount"/> says so.
/// </para>
/// <para>
/// Known differences: colours of BMP files with 16 bits a pixel may differ by 1 level, pixels that a run-length coded BMP leaves out come
/// out black, and an orientation written only as XMP, or in ImageMagick's text chunk of a PNG, is not seen.
/// </para>
/// </remarks>
public static class ImageDecoder
{
    /// <summary>The most pixels a picture may have unless the caller says otherwise; Pillow's limit for decompression bombs.</summary>
    public const long DefaultMaxPixels = 178_956_970;

    // RGBA rows of one picture must fit one array.
    private const long MostPixels = 536_870_000;

    /// <summary>Decodes a picture that is in memory.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What the file is called in messages.</param>
    /// <param name="orientation">Whether the stored orientation is applied.</param>
    /// <param name="maxPixels">Width × height above which a picture is refused before its pixels are decoded; 1 or more.</param>
    /// <returns>The picture and what was done to it; owned by the caller.</returns>
    /// <exception cref="ImageException">The bytes are empty, no picture in a known format, damaged, cut short or too large.</exception>
    /// <exception cref="NativeLibraryException">SkiaSharp's native library is missing or does not load.</exception>
    public static DecodedImage Decode(
        ReadOnlySpan<byte> bytes,
        string name,
        ImageOrientation orientation,
        long maxPixels = DefaultMaxPixels
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPixels, 1);
        if (bytes.IsEmpty)
        {
            throw Malformed(name, "The file is empty; it must be a PNG, JPEG, WebP, BMP or GIF picture.");
        }

        NativeSkia.EnsureLoaded();
        var png = PngFacts.Read(bytes);
        var copy = bytes.ToArray();
        var gif = GifFacts.TakeTransparency(copy);
        if (png.IsSixteenBitGrey)
        {
            PngFacts.PresentSixteenBitGreyAsGreyAlpha(copy);
        }

        using var data = SKData.CreateCopy(copy);
        using var codec = SKCodec.Create(data);
        var format = CheckedFormat(codec, bytes, name);
        if (format == "WebP" && BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) > bytes.Length - 8)
        {
            // Skia takes what is left of an animation for a still picture.
            throw CutShort(name, format, codec.Info);
        }

        CheckSize(codec.Info.Width, codec.Info.Height, name, Math.Min(maxPixels, MostPixels));
        var rgba = DecodeRgba(codec, name, format);
        var pixels = png.IsSixteenBitGrey ? ClipSixteenBitGrey(rgba) : DropAlpha(rgba);
        gif.PaintGround(pixels, codec.Info.Width);
        var stored = png.IsPng ? png.Orientation : (ImageOrientationTag)(int)codec.EncodedOrigin;
        var image = new RgbImage(codec.Info.Width, codec.Info.Height, pixels);
        return new DecodedImage
        {
            Image = orientation == ImageOrientation.Upright ? OrientedImage.Upright(image, stored) : image,
            Format = format,
            GreyRepeated = png.IsPng ? png.IsGrey : codec.Info.ColorType == SKColorType.Gray8,
            SixteenBitGreyClipped = png.IsSixteenBitGrey,
            AlphaDropped =
                png.IsPng ? png.HasTransparency
                : format == "GIF" ? gif.HasTransparency
                : codec.Info.AlphaType != SKAlphaType.Opaque,
            StoredOrientation = stored,
            FrameCount = png.IsPng ? png.FrameCount : Math.Max(1, codec.FrameCount),
        };
    }

    /// <summary>Reads and decodes a picture.</summary>
    /// <param name="path">A file.</param>
    /// <param name="orientation">Whether the stored orientation is applied.</param>
    /// <param name="maxPixels">Width × height above which a picture is refused; 1 or more.</param>
    /// <returns>The picture and what was done to it; owned by the caller.</returns>
    /// <exception cref="ImageException">There is no such file, it cannot be read, or <see cref="Decode"/> refuses it.</exception>
    public static DecodedImage Read(string path, ImageOrientation orientation, long maxPixels = DefaultMaxPixels)
    {
        CheckIsFile(path);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, exception);
        }

        return Decode(bytes, path, orientation, maxPixels);
    }

    /// <summary>Reads a picture without blocking, then decodes it.</summary>
    /// <param name="path">A file.</param>
    /// <param name="orientation">Whether the stored orientation is applied.</param>
    /// <param name="maxPixels">Width × height above which a picture is refused; 1 or more.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The picture and what was done to it; owned by the caller.</returns>
    /// <exception cref="ImageException">There is no such file, it cannot be read, or <see cref="Decode"/> refuses it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<DecodedImage> ReadAsync(
        string path,
        ImageOrientation orientation,
        long maxPixels = DefaultMaxPixels,
        CancellationToken cancellationToken = default
    )
    {
        CheckIsFile(path);
        byte[] bytes;
        try
        {
            bytes = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, exception);
        }

        return Decode(bytes, path, orientation, maxPixels);
    }

    private static void CheckIsFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new ImageException(path, "This is a folder; name one picture in it.");
        }

        if (!File.Exists(path))
        {
            throw new ImageException(path, "There is no such file; check the path.");
        }
    }

    private static ImageException Malformed(string name, string message) => new(name, message) { IsMalformed = true };

    private static ImageException Unreadable(string path, Exception exception) =>
        new(path, $"The file cannot be read: {exception.Message}", exception);

    // Skia also opens formats that are hardly recognisable (WBMP begins with two zeros), so only the promised ones pass.
    private static string CheckedFormat(SKCodec? codec, ReadOnlySpan<byte> bytes, string name) =>
        codec?.EncodedFormat switch
        {
            SKEncodedImageFormat.Png => "PNG",
            SKEncodedImageFormat.Jpeg => "JPEG",
            SKEncodedImageFormat.Webp => "WebP",
            SKEncodedImageFormat.Bmp => "BMP",
            SKEncodedImageFormat.Gif => "GIF",
            _ => throw Malformed(
                name,
                $"The {bytes.Length} bytes are not a readable PNG, JPEG, WebP, BMP or GIF picture (they begin with "
                    + $"{Convert.ToHexString(bytes[..Math.Min(8, bytes.Length)])}); the file is of another kind, or damaged or cut short near its start."
            ),
        };

    private static void CheckSize(int width, int height, string name, long maxPixels)
    {
        if ((long)width * height > maxPixels)
        {
            throw new ImageException(
                name,
                $"The picture is {width} × {height} (width × height), {(long)width * height} pixels; at most {maxPixels} are decoded. Make it smaller or raise the limit."
            );
        }
    }

    private static byte[] DecodeRgba(SKCodec codec, string name, string format)
    {
        // Unpremultiplied, or colours under low alpha would be lost; no colour space, so that profile and gamma stay unused.
        var wanted = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, null);
        var result = codec.GetPixels(wanted, out var rgba);
        return result switch
        {
            SKCodecResult.Success => rgba,
            SKCodecResult.IncompleteInput => throw CutShort(name, format, wanted),
            _ => throw Malformed(name, $"This {format} is damaged ({result}). Fetch it again."),
        };
    }

    private static ImageException CutShort(string name, string format, SKImageInfo promised) =>
        Malformed(
            name,
            $"This {format} is cut short: its header promises {promised.Width} × {promised.Height} pixels (width × height) and the data ends before them. Fetch it again."
        );

    private static byte[] DropAlpha(ReadOnlySpan<byte> rgba)
    {
        var rgb = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
        {
            rgb[to] = rgba[from];
            rgb[to + 1] = rgba[from + 1];
            rgb[to + 2] = rgba[from + 2];
        }

        return rgb;
    }

    private static byte[] ClipSixteenBitGrey(ReadOnlySpan<byte> rgba)
    {
        // The red channel holds the high byte of each sample, the alpha channel the low one.
        var rgb = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
        {
            rgb.AsSpan(to, 3).Fill(rgba[from] == 0 ? rgba[from + 3] : byte.MaxValue);
        }

        return rgb;
    }
}
