using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

public class ImageDecoderTests
{
    private static readonly string Folder = Golden.PathOf("inputs", "decoding");

    public static TheoryData<string> Files =>
        [
            .. Directory
                .GetFiles(Folder)
                .Select(f => Path.GetFileName(f)!)
                .Where(f => !f.EndsWith("json", StringComparison.Ordinal) && Path.GetExtension(f) is not (".md" or ".py" or ".rgb"))
                .Order(),
        ];

    /// <summary>Against Pillow; tests/golden/inputs/decoding/README.md says how the data was made.</summary>
    [Theory, MemberData(nameof(Files))]
    public void Every_kind_of_file_decodes_to_the_bytes_that_pillow_gives(string file)
    {
        var (expected, path) = (Expected(file), Path.Combine(Folder, file));
        var stored = ImageDecoder.Read(path, ImageOrientation.AsStored);
        var upright = ImageDecoder.Read(path, ImageOrientation.Upright);
        if (File.Exists(path + ".rgb"))
        {
            AssertWithinTwoLevels(File.ReadAllBytes(path + ".rgb"), stored.Image);
        }
        else
        {
            Assert.Equal(expected.GetProperty("rgb_sha256").GetString(), Hash(stored.Image));
            Assert.Equal(expected.GetProperty("upright_rgb_sha256").GetString(), Hash(upright.Image));
        }

        Assert.Equal(expected.GetProperty("frames").GetInt32(), stored.FrameCount);
        Assert.Equal(expected.GetProperty("mode").GetString() is "I" or "I;16", stored.SixteenBitGreyClipped);
    }

    [Fact]
    public void An_empty_file_is_refused() => Refused([], "empty");

    [Fact]
    public void Bytes_that_are_no_picture_are_refused()
    {
        Refused("Hello, this is a text file that is long enough."u8.ToArray(), "not a readable");
        Refused(new byte[1000], "not a readable");
        Refused([0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, 0, 0], "not a readable");
    }

    [Theory, MemberData(nameof(Files))]
    public void A_file_that_is_cut_short_is_refused(string file)
    {
        // Half an animated GIF or PNG still holds the first frame, and no other is wanted.
        var first = file.StartsWith("animated", StringComparison.Ordinal) && !file.EndsWith("webp", StringComparison.Ordinal);
        double[] parts = first ? [0.02, 0.1] : [0.02, 0.5, 0.7];
        var whole = File.ReadAllBytes(Path.Combine(Folder, file));
        foreach (var part in parts)
        {
            var refused = Assert.Throws<ImageException>(() =>
                ImageDecoder.Decode(whole.AsSpan(0, (int)(whole.Length * part)), file, default)
            );
            Assert.Equal(file, refused.File);
            Assert.StartsWith(file, refused.Message);
            Assert.True(refused.IsMalformed);
        }
    }

    [Theory]
    [InlineData("transparent.gif", true)]
    [InlineData("part-transparent.gif", true)]
    [InlineData("part.gif", false)]
    [InlineData("animated-alpha.webp", true)]
    public void Dropped_transparency_is_told(string file, bool isDropped) =>
        Assert.Equal(isDropped, ImageDecoder.Read(Path.Combine(Folder, file), default).AlphaDropped);

    [Fact]
    public void Decoding_leaves_the_callers_bytes_alone()
    {
        var bytes = File.ReadAllBytes(Path.Combine(Folder, "transparent.gif"));
        var before = bytes.ToArray();
        ImageDecoder.Decode(bytes, "transparent.gif", default);
        Assert.Equal(before, bytes);
    }

    [Fact]
    public void A_picture_with_more_pixels_than_allowed_is_refused_before_it_is_decoded()
    {
        var bytes = File.ReadAllBytes(Golden.PathOf("inputs", "images", "sixteen.png"));
        Assert.Equal(16, ImageDecoder.Decode(bytes, "sixteen.png", default, maxPixels: 256).Image.Width);
        var refused = Assert.Throws<ImageException>(() => ImageDecoder.Decode(bytes, "sixteen.png", default, maxPixels: 255));
        Assert.Contains("256 pixels; at most 255", refused.Message);
        Refused(PngHeader(20_000, 20_000), "400000000 pixels");
    }

    [Fact]
    public void A_folder_and_a_missing_file_are_refused_by_name()
    {
        Assert.Contains("folder", Assert.Throws<ImageException>(() => ImageDecoder.Read(Folder, default)).Message);
        var missing = Path.Combine(Folder, "missing.png");
        Assert.Contains(missing, Assert.Throws<ImageException>(() => ImageDecoder.Read(missing, default)).Message);
    }

    [Fact]
    public async Task A_cancelled_reading_throws() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            ImageDecoder.ReadAsync(Golden.PathOf("inputs", "images", "gray.png"), default, cancellationToken: new CancellationToken(true))
        );

    private static JsonElement Expected(string file)
    {
        using var all = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "expected.json")));
        return all.RootElement.GetProperty(file).Clone();
    }

    private static void AssertWithinTwoLevels(byte[] expected, RgbImage actual)
    {
        Assert.Equal(expected.Length, actual.Pixels.Length);
        Assert.All(expected.Zip(actual.Pixels.ToArray()), pair => Assert.InRange(pair.Second - pair.First, -2, 2));
    }

    private static string Hash(RgbImage image) => Convert.ToHexStringLower(SHA256.HashData(image.Pixels.Span));

    private static void Refused(byte[] bytes, string because)
    {
        var refused = Assert.Throws<ImageException>(() => ImageDecoder.Decode(bytes, "some file", ImageOrientation.AsStored));
        Assert.Equal("some file", refused.File);
        Assert.Contains(because, refused.Message);
    }

    // A grey PNG that promises a size and holds next to nothing.
    private static byte[] PngHeader(int width, int height)
    {
        using var body = new MemoryStream();
        using (var packed = new ZLibStream(body, CompressionLevel.Fastest, leaveOpen: true))
        {
            packed.Write(new byte[64]);
        }

        byte[] header = [.. BigEndian(width), .. BigEndian(height), 8, 0, 0, 0, 0];
        return
        [
            0x89,
            0x50,
            0x4E,
            0x47,
            0x0D,
            0x0A,
            0x1A,
            0x0A,
            .. Chunk("IHDR"u8, header),
            .. Chunk("IDAT"u8, body.ToArray()),
            .. Chunk("IEND"u8, []),
        ];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] named = [.. type, .. data];
        var sum = uint.MaxValue;
        foreach (var one in named)
        {
            sum ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum >> 1) ^ ((sum & 1) * 0xEDB88320);
            }
        }

        return [.. BigEndian(data.Length), .. named, .. BigEndian((int)~sum)];
    }

    private static byte[] BigEndian(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
