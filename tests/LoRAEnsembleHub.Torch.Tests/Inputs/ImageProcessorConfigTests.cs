using System.Text;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Torch.Tests.Native;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

public class ImageProcessorConfigTests
{
    [Theory]
    [InlineData("image_processor_type", "ViTImageProcessor")]
    [InlineData("image_processor_type", "ViTImageProcessorFast")]
    [InlineData("image_processor_type", "ViTImageProcessorPil")]
    [InlineData("feature_extractor_type", "ViTFeatureExtractor")]
    public void Every_name_of_the_vit_processor_gives_its_class_defaults(string field, string type) =>
        Assert.Equal(ImageProcessorConfig.Vit, Parse($$"""{"{{field}}": "{{type}}"}"""));

    [Theory]
    [InlineData("image_processor_type", "DeiTImageProcessor")]
    [InlineData("image_processor_type", "DeiTImageProcessorFast")]
    [InlineData("image_processor_type", "DeiTImageProcessorPil")]
    [InlineData("feature_extractor_type", "DeiTFeatureExtractor")]
    public void Every_name_of_the_deit_processor_gives_its_class_defaults(string field, string type) =>
        Assert.Equal(ImageProcessorConfig.Deit, Parse($$"""{"{{field}}": "{{type}}"}"""));

    [Fact]
    public void The_newer_type_counts_where_a_file_has_both() =>
        Assert.Equal(
            ImageProcessorConfig.Deit,
            Parse("""{"image_processor_type": "DeiTImageProcessor", "feature_extractor_type": "ViTFeatureExtractor"}""")
        );

    /// <summary>As in google/vit-base-patch16-224, whose file is older than the field.</summary>
    [Theory]
    [InlineData("vit", "ViTImageProcessor")]
    [InlineData("deit", "DeiTImageProcessor")]
    public void A_file_that_names_no_processor_takes_that_of_the_model_beside_it(string modelType, string expected)
    {
        using var scratch = new ScratchFolder();
        var file = Path.Combine(scratch.Path, "preprocessor_config.json");
        File.WriteAllText(file, """{"do_normalize": true, "do_resize": true, "size": 224}""");
        Assert.Contains("config.json", Assert.Throws<ImageException>(() => ImageProcessorConfig.Load(file)).Message);
        File.WriteAllText(Path.Combine(scratch.Path, "config.json"), $$"""{"model_type": "{{modelType}}"}""");
        Assert.Equal(expected, ImageProcessorConfig.Load(file).ImageProcessorType);
        Assert.Equal((224, 224), ImageProcessor.Load(scratch.Path).OutputSize);
        File.WriteAllText(Path.Combine(scratch.Path, "config.json"), """{"model_type": "convnext"}""");
        Assert.Throws<ImageException>(() => ImageProcessor.Load(scratch.Path));
    }

    [Fact]
    public void Nulls_and_settings_of_the_call_change_nothing() =>
        Assert.Equal(
            ImageProcessorConfig.Vit,
            Parse(
                """
                {"image_processor_type": "ViTImageProcessorFast", "crop_size": null, "data_format": "channels_first", "default_to_square": true,
                 "device": null, "disable_grouping": null, "do_center_crop": null, "do_convert_rgb": null, "do_pad": false, "pad_size": null,
                 "input_data_format": null, "return_tensors": null, "processor_class": null, "resample": null, "image_mean": null}
                """
            )
        );

    [Fact]
    public void Sizes_may_be_whole_numbers_pairs_or_a_shortest_edge()
    {
        Assert.Equal(ImageSize.Exactly(36, 36), ParseVit("\"size\": 36").Size);
        Assert.Equal(ImageSize.Exactly(20, 30), ParseVit("\"size\": [20, 30]").Size);
        Assert.Equal(ImageSize.Exactly(20, 30), ParseVit("\"size\": {\"width\": 30, \"height\": 20}").Size);
        Assert.Equal(new ImageSize { ShortestEdge = 20 }, ParseVit("\"size\": {\"shortest_edge\": 20}").Size);
        Assert.Equal(ImageSize.Exactly(7, 7), ParseVit("\"do_center_crop\": true, \"crop_size\": 7").CropSize);
    }

    [Fact]
    public void One_mean_counts_for_all_channels() =>
        Assert.Equal(new RgbValues(0.25, 0.25, 0.25), ParseVit("\"image_mean\": 0.25").ImageMean);

    [Theory]
    [InlineData("\"do_pad\": true", "do_pad")]
    [InlineData("\"do_flip_channel_order\": true", "do_flip_channel_order")]
    [InlineData("\"do_thumbnail\": true", "do_thumbnail")]
    [InlineData("\"do_align_long_axis\": true", "do_align_long_axis")]
    [InlineData("\"rescale_offset\": true", "rescale_offset")]
    [InlineData("\"crop_pct\": 0.9", "crop_pct")]
    [InlineData("\"data_format\": \"channels_last\"", "data_format")]
    [InlineData("\"default_to_square\": false", "default_to_square")]
    [InlineData("\"size\": {\"longest_edge\": 30}", "size.longest_edge")]
    [InlineData("\"size\": {\"shortest_edge\": 20, \"longest_edge\": 30}", "size.longest_edge")]
    [InlineData("\"size\": {\"max_height\": 30, \"max_width\": 30}", "size.max_height")]
    [InlineData("\"auto_map\": {\"AutoImageProcessor\": \"code.Own\"}", "auto_map")]
    public void A_field_that_would_change_the_numbers_is_refused_by_name(string field, string named) =>
        Assert.Contains($"{named} is", Refused($$"""{"image_processor_type": "ViTImageProcessor", {{field}}}""").Message);

    [Theory]
    [InlineData("\"size\": \"big\"", "size")]
    [InlineData("\"size\": 0", "size")]
    [InlineData("\"size\": 22.5", "size")]
    [InlineData("\"size\": -3", "size")]
    [InlineData("\"size\": 1000000", "size")]
    [InlineData("\"size\": {}", "size")]
    [InlineData("\"size\": {\"height\": 30}", "size")]
    [InlineData("\"size\": {\"height\": 30, \"width\": 30, \"shortest_edge\": 3}", "size")]
    [InlineData("\"do_center_crop\": true", "crop_size")]
    [InlineData("\"crop_size\": {\"shortest_edge\": 3}", "crop_size")]
    [InlineData("\"resample\": 6", "resample")]
    [InlineData("\"resample\": -1", "resample")]
    [InlineData("\"resample\": \"bicubic\"", "resample")]
    [InlineData("\"do_resize\": 1", "do_resize")]
    [InlineData("\"rescale_factor\": \"1/255\"", "rescale_factor")]
    [InlineData("\"rescale_factor\": 1e999", "rescale_factor")]
    [InlineData("\"image_mean\": [0.5, 0.5]", "image_mean")]
    [InlineData("\"image_mean\": [0.5, \"x\", 0.5]", "image_mean")]
    [InlineData("\"image_std\": [0.5, 0, 0.5]", "standard deviation")]
    [InlineData("\"image_std\": [0.5, 1e-60, 0.5]", "standard deviation")]
    public void A_malformed_field_is_refused_by_name(string field, string named) =>
        Assert.Contains(named, Refused($$"""{"image_processor_type": "ViTImageProcessor", {{field}}}""").Message);

    [Theory]
    [InlineData("""{"image_processor_type": "CLIPImageProcessor"}""", "CLIPImageProcessor")]
    [InlineData("""{"size": 224}""", "image_processor_type")]
    [InlineData("""{"image_processor_type": 3}""", "image_processor_type")]
    [InlineData("""[1]""", "object")]
    [InlineData("""{"size": 1, "size": 2}""", "JSON")]
    [InlineData("""{""", "JSON")]
    [InlineData("", "JSON")]
    public void A_file_of_another_kind_is_refused(string json, string because) => Assert.Contains(because, Refused(json).Message);

    [Fact]
    public void A_missing_file_is_refused_by_its_path()
    {
        var folder = Golden.PathOf("inputs", "images", "orientation");
        Assert.Contains("preprocessor_config.json", Assert.Throws<ImageException>(() => ImageProcessorConfig.Load(folder)).Message);
        Assert.Contains("neither", Assert.Throws<ImageException>(() => ImageProcessor.Load(folder)).Message);
    }

    [Fact]
    public void Saving_and_loading_any_config_gives_an_equal_one()
    {
        ImageProcessorConfig[] configs =
        [
            ImageProcessorConfig.Vit,
            ImageProcessorConfig.Deit,
            ImageProcessorConfig.Deit with
            {
                DoCenterCrop = false,
                DoConvertRgb = true,
                RescaleFactor = 1e-7,
            },
            ImageProcessorConfig.Vit with
            {
                Size = new ImageSize { ShortestEdge = 9 },
                Resample = PillowFilter.Hamming,
                DoNormalize = false,
            },
            ImageProcessorConfig.Vit with
            {
                DoCenterCrop = true,
                CropSize = ImageSize.Exactly(3, 4),
                ImageStd = new RgbValues(1, 2, 3),
                DoConvertRgb = false,
            },
        ];
        foreach (var config in configs)
        {
            var json = config.ToJson();
            Assert.Equal(config, Parse(json));
            Assert.Equal(json, Parse(json).ToJson());
        }
    }

    [Fact]
    public void A_config_built_wrongly_in_code_is_refused_too()
    {
        Assert.Throws<ImageException>(() => new ImageProcessor(new ImageProcessorConfig { DoCenterCrop = true }));
        Assert.Throws<ImageException>(() => new ImageProcessorConfig { Resample = (PillowFilter)9 }.ToJson());
    }

    private static ImageProcessorConfig Parse(string json) => ImageProcessorConfig.Parse(Encoding.UTF8.GetBytes(json), "config");

    private static ImageProcessorConfig ParseVit(string field) => Parse($$"""{"image_processor_type": "ViTImageProcessor", {{field}}}""");

    private static ImageException Refused(string json)
    {
        var refused = Assert.Throws<ImageException>(() => Parse(json));
        Assert.Equal("config", refused.File);
        return refused;
    }
}
