using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

public class ImageProcessorTests
{
    private static readonly ImageProcessorConfig Small = ImageProcessorConfig.Vit with { Size = ImageSize.Exactly(6, 4) };

    [Fact]
    public void A_plain_picture_becomes_one_number_per_channel()
    {
        var config = Small with { ImageMean = RgbValues.ImageNetMean, ImageStd = RgbValues.ImageNetStandardDeviation };
        var values = new ImageProcessor(config).Process(Pictures.Plain(9, 9, 10, 100, 200));
        Assert.Equal(3 * 6 * 4, values.Length);
        Assert.All(values[..24], v => Assert.Equal(((10 / 255f) - 0.485f) / 0.229f, v));
        Assert.All(values[24..48], v => Assert.Equal(((100 / 255f) - 0.456f) / 0.224f, v));
        Assert.All(values[48..], v => Assert.Equal(((200 / 255f) - 0.406f) / 0.225f, v));
    }

    [Fact]
    public void Rescaling_by_the_double_factor_equals_dividing_by_255_for_all_256_values()
    {
        for (var value = 0; value < 256; value++)
        {
            Assert.Equal(value / 255f, (float)(value * (1 / 255.0)));
        }
    }

    [Fact]
    public void Without_any_step_the_pixels_come_out_as_they_are()
    {
        var config = Small with { DoResize = false, DoRescale = false, DoNormalize = false };
        var image = Pictures.Noise(3, 2);
        var values = new ImageProcessor(config).Process(image);
        Assert.Equal([image.Pixels.Span[0], image.Pixels.Span[3]], values[..2]);
        Assert.Equal(image.Pixels.Span[1], values[6]);
    }

    [Fact]
    public void The_output_size_is_known_where_it_does_not_depend_on_the_picture()
    {
        Assert.Equal((6, 4), new ImageProcessor(Small).OutputSize);
        Assert.Equal((224, 224), new ImageProcessor(ImageProcessorConfig.Deit).OutputSize);
        Assert.Null(new ImageProcessor(Small with { DoResize = false }).OutputSize);
        Assert.Null(new ImageProcessor(Small with { Size = new ImageSize { ShortestEdge = 5 } }).OutputSize);
        Assert.Equal((96, 96), new ImageProcessor(new TimmImageConfig { Height = 96, Width = 96 }).OutputSize);
    }

    [Theory]
    [InlineData(30, 20, 15, 10)]
    [InlineData(20, 33, 10, 16)] // 10 × 33 / 20 = 16.5, cut off
    [InlineData(7, 7, 10, 10)]
    public void A_shortest_edge_keeps_the_aspect_ratio(int width, int height, int newWidth, int newHeight)
    {
        var processor = new ImageProcessor(Small with { Size = new ImageSize { ShortestEdge = 10 } });
        var fitted = processor.Fit(Pictures.Noise(width, height));
        Assert.Equal((newWidth, newHeight), (fitted.Width, fitted.Height));
    }

    [Theory]
    [InlineData(false, 3, 2, 1, 0)] // transformers: the wider frame is at the left, (2 - 3) / 2 rounded down
    [InlineData(true, 3, 2, 0, 0)] // timm: the wider frame is at the right
    [InlineData(false, 2, 5, 0, 1)] // 1.5 rounded down
    [InlineData(true, 2, 5, 0, 2)] // 1.5 to the even neighbour
    public void A_centre_crop_rounds_as_its_library_does(bool timm, int wanted, int edge, int firstColumn, int firstSource)
    {
        var image = Pictures.Noise(edge, 1);
        var cut = CenterCrop.Cut(image, 1, wanted, timm ? CropOffset.HalfToEven : CropOffset.Floor);
        Assert.Equal(image.Pixels.Slice(3 * firstSource, 3).ToArray(), cut.Pixels.Slice(3 * firstColumn, 3).ToArray());
        Assert.All(cut.Pixels[..(3 * firstColumn)].ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_crop_may_be_larger_on_one_edge_and_smaller_on_the_other()
    {
        var cut = CenterCrop.Cut(Pictures.Plain(8, 3, 1, 1, 1), 6, 4, CropOffset.Floor);
        Assert.Equal((4, 6), (cut.Width, cut.Height));
        Assert.Equal([0, 0, 1, 1, 1, 0], Enumerable.Range(0, 6).Select(row => (int)cut.Pixels.Span[3 * 4 * row]));
    }

    [Fact]
    public void Squash_resizes_both_edges_and_a_crop_above_one_frames_with_black()
    {
        var squash = new ImageProcessor(
            new TimmImageConfig
            {
                Height = 8,
                Width = 6,
                CropPct = 1,
                CropMode = "squash",
            }
        );
        Assert.Equal((6, 8), Size(squash.Fit(Pictures.Noise(40, 10))));
        var framed = new ImageProcessor(
            new TimmImageConfig
            {
                Height = 8,
                Width = 8,
                CropPct = 2,
            }
        ).Fit(Pictures.Plain(9, 9, 5, 5, 5));
        Assert.Equal((8, 8), Size(framed));
        Assert.Equal([0, 0, 5, 5, 5, 5, 0, 0], Enumerable.Range(0, 8).Select(x => (int)framed.Pixels.Span[3 * ((4 * 8) + x)]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_batch_is_its_pictures_one_behind_the_other(int degreeOfParallelism)
    {
        var processor = new ImageProcessor(Small);
        RgbImage[] images = [Pictures.Noise(9, 8, 1), Pictures.Noise(3, 20, 2), Pictures.Noise(4, 6, 3)];
        var batch = new float[3 * 72];
        processor.ProcessBatch(images, batch, degreeOfParallelism, TestContext.Current.CancellationToken);
        Assert.Equal(images.SelectMany(processor.Process), batch);
    }

    [Fact]
    public void A_batch_of_different_sizes_is_refused_by_index_and_size()
    {
        var processor = new ImageProcessor(Small with { DoResize = false });
        RgbImage[] images = [Pictures.Noise(4, 4), Pictures.Noise(4, 4), Pictures.Noise(5, 4)];
        var refused = Assert.Throws<ArgumentException>(() => Batch(processor, images, new float[3 * 48]));
        Assert.Contains("Picture 0 comes out as 4 × 4 and picture 2 as 4 × 5 (height × width)", refused.Message);
    }

    [Fact]
    public void A_batch_without_pictures_or_with_a_wrong_destination_is_refused()
    {
        var processor = new ImageProcessor(Small);
        Assert.Throws<ArgumentException>(() => Batch(processor, [], []));
        var refused = Assert.Throws<ArgumentException>(() => Batch(processor, [Pictures.Noise(4, 4)], new float[71]));
        Assert.Contains("71 numbers; [1, 3, 6, 4] needs 72", refused.Message);
        Assert.Throws<ArgumentException>(() => processor.Write(Pictures.Noise(4, 4), new float[48]));
    }

    [Fact]
    public void A_picture_too_narrow_for_its_shortest_edge_is_refused_with_its_own_message()
    {
        var processor = new ImageProcessor(Small with { Size = new ImageSize { ShortestEdge = 16_384 } });
        var narrow = Pictures.Noise(1, 200_000);
        Assert.Contains("200000 × 1", Assert.Throws<ArgumentException>(() => processor.Fit(narrow)).Message);
        Assert.Throws<ArgumentException>(() => Batch(processor, [narrow], new float[9]));
    }

    [Fact]
    public void A_cancelled_batch_leaves_the_destination_alone()
    {
        var batch = new float[72];
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new ImageProcessor(Small).ProcessBatch([Pictures.Noise(4, 4)], batch, 1, new CancellationToken(true))
        );
        Assert.All(batch, value => Assert.Equal(0, value));
    }

    private static void Batch(ImageProcessor processor, RgbImage[] images, float[] destination) =>
        processor.ProcessBatch(images, destination, cancellationToken: TestContext.Current.CancellationToken);

    private static (int Width, int Height) Size(RgbImage image) => (image.Width, image.Height);
}
