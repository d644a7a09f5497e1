using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

/// <summary>Against Pillow, transformers and timm; tests/golden/inputs/images/README.md says how the data was made.</summary>
public class ImageGoldenTests
{
    private static readonly string Folder = Golden.PathOf("inputs", "images");

    public static TheoryData<string> Pngs => [.. Directory.GetFiles(Folder, "*.png").Select(f => Path.GetFileName(f)!).Order()];

    public static TheoryData<string> Oriented =>
        [
            .. Directory
                .GetFiles(Path.Combine(Folder, "orientation"))
                .Select(f => Path.GetFileName(f)!)
                .Where(f => !f.EndsWith(".safetensors", StringComparison.Ordinal))
                .Order(),
        ];

    public static TheoryData<string> Configs =>
        [.. Directory.GetDirectories(Path.Combine(Folder, "configs")).Select(f => Path.GetFileName(f)!).Order()];

    public static TheoryData<string> TimmConfigs
    {
        get
        {
            using var all = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "configs", "timm.json")));
            return [.. all.RootElement.EnumerateObject().Select(c => c.Name)];
        }
    }

    [Theory, MemberData(nameof(Pngs))]
    public void A_png_decodes_to_the_bytes_that_pillow_gives(string file)
    {
        using var all = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "decoded.json")));
        var expected = all.RootElement.GetProperty(file);
        var decoded = Decoded(file);
        Assert.Equal(expected.GetProperty("size")[0].GetInt32(), decoded.Image.Width);
        Assert.Equal(expected.GetProperty("size")[1].GetInt32(), decoded.Image.Height);
        Assert.Equal(expected.GetProperty("rgb_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(decoded.Image.Pixels.Span)));
        Assert.Equal("PNG", decoded.Format);
        var mode = expected.GetProperty("mode").GetString();
        Assert.Equal(mode is "L" or "LA" or "1", decoded.GreyRepeated);
        Assert.Equal(mode is "LA" or "RGBA" || file == "palette-transparent.png", decoded.AlphaDropped);
    }

    [Theory, MemberData(nameof(Oriented))]
    public async Task The_stored_and_the_upright_picture_are_those_of_pillow(string file)
    {
        var expected = GoldenTensors.Load(Path.Combine(Folder, "orientation", "expected.safetensors"));
        var path = Path.Combine(Folder, "orientation", file);
        var stored = ImageDecoder.Read(path, ImageOrientation.AsStored);
        var upright = await ImageDecoder.ReadAsync(
            path,
            ImageOrientation.Upright,
            cancellationToken: TestContext.Current.CancellationToken
        );
        var tolerance = stored.Format == "JPEG" ? 2 : 0;
        AssertClose(expected, file + ".stored_u8", stored.Image, tolerance);
        AssertClose(expected, file + ".upright_u8", upright.Image, tolerance);
        Assert.Equal(int.Parse(Path.GetFileNameWithoutExtension(file).Split('-')[1]), (int)upright.StoredOrientation);
        Assert.Equal(upright.StoredOrientation, stored.StoredOrientation);
    }

    [Theory, MemberData(nameof(Configs))]
    public void A_config_of_transformers_gives_its_pixel_values(string config)
    {
        var folder = Path.Combine(Folder, "configs", config);
        Compare(config, ImageProcessor.Load(folder), PillowFilterOf(ImageProcessorConfig.Load(folder)));
    }

    [Theory, MemberData(nameof(TimmConfigs))]
    public void A_config_of_timm_gives_its_pixel_values(string config)
    {
        using var all = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "configs", "timm.json")));
        var text = Encoding.UTF8.GetBytes(all.RootElement.GetProperty(config).GetRawText());
        var parsed = TimmImageConfig.Parse(text, config);
        Compare(config, new ImageProcessor(parsed), parsed.Filter);
    }

    [Theory, MemberData(nameof(Configs))]
    public void Saving_a_loaded_config_gives_the_text_that_transformers_wrote(string config)
    {
        var path = Path.Combine(Folder, "configs", config, ImageProcessorConfig.FileName);
        var loaded = ImageProcessorConfig.Load(path);
        var saved = loaded.ToJson();
        Assert.Equal(loaded, ImageProcessorConfig.Parse(Encoding.UTF8.GetBytes(saved), "again"));
        if (!config.EndsWith("old-style", StringComparison.Ordinal))
        {
            Assert.Equal(File.ReadAllText(path), saved);
        }
    }

    private static PillowFilter? PillowFilterOf(ImageProcessorConfig config) => config.DoResize ? config.Resample : null;

    private static void Compare(string config, ImageProcessor processor, PillowFilter? filter)
    {
        var expected = GoldenTensors.Load(Path.Combine(Folder, config + ".safetensors"));
        foreach (var name in expected.Names.Where(n => !n.EndsWith("_u8", StringComparison.Ordinal)))
        {
            var image = Decoded(name + ".png").Image;
            var verticalFirst = expected.Has(name + ".horizontal_first_u8");
            if (filter is { } known)
            {
                var key = name + (verticalFirst ? ".horizontal_first_u8" : ".resized_u8");
                var shape = expected.Shape(key);
                AssertClose(expected, key, PillowResampling.Resize(image, shape[1], shape[0], known), 0);
            }

            // Where Pillow went the other way, its own resized picture goes in, so that the remaining steps are compared all the same.
            if (verticalFirst)
            {
                var shape = expected.Shape(name + ".resized_u8");
                image = new RgbImage(shape[1], shape[0], expected.Bytes(name + ".resized_u8").ToArray());
            }

            var values = processor.Process(image);
            var (fitted, wanted) = (processor.Fit(image), expected.Shape(name));
            Assert.Equal([3, fitted.Height, fitted.Width], wanted);
            Assert.True(expected.Floats(name).SequenceEqual(values), $"{config}, {name}: not equal bit for bit");
        }
    }

    private static DecodedImage Decoded(string file) => ImageDecoder.Read(Path.Combine(Folder, file), ImageOrientation.AsStored);

    private static void AssertClose(GoldenTensors expected, string name, RgbImage actual, int tolerance)
    {
        Assert.Equal<int>([actual.Height, actual.Width, 3], expected.Shape(name));
        var wanted = expected.Bytes(name);
        var found = actual.Pixels.Span;
        for (var i = 0; i < wanted.Length; i++)
        {
            Assert.True(Math.Abs(wanted[i] - found[i]) <= tolerance, $"{name}: byte {i} is {found[i]}, not {wanted[i]}");
        }
    }
}
