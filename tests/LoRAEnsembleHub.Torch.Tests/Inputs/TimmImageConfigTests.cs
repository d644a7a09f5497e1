using System.Text;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

public class TimmImageConfigTests
{
    private const string Cfg = """
        {"tag": "augreg_in21k_ft_in1k", "custom_load": false, "input_size": [3, 96, 96], "fixed_input_size": true, "interpolation": "bilinear",
         "crop_pct": 0.9, "crop_mode": "center", "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.5, 0.5], "num_classes": 1000, "pool_size": null}
        """;

    private static readonly TimmImageConfig Expected = new()
    {
        Height = 96,
        Width = 96,
        Interpolation = "bilinear",
        CropPct = 0.9,
        Mean = RgbValues.Half,
        Std = new RgbValues(0.25, 0.5, 0.5),
    };

    [Fact]
    public void A_config_with_pretrained_cfg_and_a_flat_one_say_the_same()
    {
        Assert.Equal(Expected, Parse(Cfg));
        Assert.Equal(Expected, Parse($$"""{"architecture": "vit_base_patch16_224", "pretrained_cfg": {{Cfg}}}"""));
    }

    [Fact]
    public void Absent_fields_take_the_defaults_of_timm() =>
        Assert.Equal(
            new TimmImageConfig
            {
                CropPct = 0.875,
                Interpolation = "bicubic",
                Mean = RgbValues.ImageNetMean,
            },
            Parse("""{"input_size": [3, 224, 224], "crop_pct": 0, "interpolation": ""}""")
        );

    [Theory]
    [InlineData("nearest", PillowFilter.Nearest)]
    [InlineData("lanczos", PillowFilter.Lanczos)]
    [InlineData("bilinear", PillowFilter.Bilinear)]
    [InlineData("bicubic", PillowFilter.Bicubic)]
    [InlineData("box", PillowFilter.Box)]
    [InlineData("hamming", PillowFilter.Hamming)]
    public void Every_interpolation_of_timm_resizes_with_the_filter_of_that_name(string interpolation, PillowFilter filter)
    {
        var noise = new RgbImage(37, 37, RandomBytes(3 * 37 * 37));
        var processor = new ImageProcessor(Parse($$"""{"input_size": [3, 20, 20], "crop_pct": 1, "interpolation": "{{interpolation}}"}"""));
        Assert.Equal(PillowResampling.Resize(noise, 20, 20, filter).Pixels.ToArray(), processor.Fit(noise).Pixels.ToArray());
    }

    [Theory]
    [InlineData("\"crop_mode\": \"border\"", "crop_mode is \"border\"")]
    [InlineData("\"interpolation\": \"random\"", "interpolation is \"random\"")]
    [InlineData("\"input_size\": [1, 224, 224]", "input_size is")]
    [InlineData("\"input_size\": [3, 224]", "input_size is")]
    [InlineData("\"input_size\": [3, 0, 0]", "input_size is")]
    [InlineData("\"input_size\": [3, 224, 192]", "only squares")]
    [InlineData("\"crop_pct\": -1", "crop_pct is")]
    [InlineData("\"crop_pct\": 1e-9", "crop_pct is")]
    [InlineData("\"std\": [0, 1, 1]", "standard deviation")]
    public void What_is_not_supported_is_refused_by_name(string field, string because) =>
        Assert.Contains(because, Assert.Throws<ImageException>(() => Parse($$"""{{{field}}}""")).Message);

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(3).NextBytes(bytes);
        return bytes;
    }

    private static TimmImageConfig Parse(string json) => TimmImageConfig.Parse(Encoding.UTF8.GetBytes(json), "config.json");
}
