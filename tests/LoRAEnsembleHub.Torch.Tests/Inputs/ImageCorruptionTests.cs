using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

public sealed class ImageCorruptionTests
{
    private static readonly int[] apart = [1, 3, 5]; // neighbours may meet a small picture's own rhythm
    private static readonly CorruptionKind[] quiet =
    [
        CorruptionKind.Blur,
        CorruptionKind.Contrast,
        CorruptionKind.Pixelate,
        CorruptionKind.Jpeg,
    ];

    public static TheoryData<CorruptionKind> Kinds { get; } = [.. ImageCorruption.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_picture_keeps_its_size_and_is_left_as_it_is_and_gets_worse_with_severity(CorruptionKind kind)
    {
        foreach (var edge in new[] { 28, 120, 224 })
        {
            var image = Textured(edge + 10, edge);
            var before = image.Pixels.ToArray();
            var distances = apart
                .Select(severity => ImageCorruption.Apply(image, new Corruption(kind, severity), 3))
                .Select(worse =>
                {
                    Assert.Equal((image.Width, image.Height), (worse.Width, worse.Height));
                    return Distance(before, worse.Pixels.Span);
                })
                .ToArray();
            Assert.Equal(before, image.Pixels.ToArray());
            Assert.True(distances[0] > 0, $"{kind} at {edge}");
            Assert.Equal(distances.Order(), distances);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_seed_and_example_give_the_same_bytes(CorruptionKind kind)
    {
        var image = Textured(40, 32);
        byte[] Bytes(long seed, int example) => ImageCorruption.Apply(image, new Corruption(kind, 2, seed), example).Pixels.ToArray();
        Assert.Equal(Bytes(0, 7), Bytes(0, 7));
        var isRandom = kind is CorruptionKind.Noise or CorruptionKind.Rotation;
        Assert.Equal(isRandom, Enumerable.Range(0, 20).Any(example => !Bytes(0, example).AsSpan().SequenceEqual(Bytes(0, 7))));
        Assert.Equal(isRandom, Enumerable.Range(1, 20).Any(seed => !Bytes(seed, 7).AsSpan().SequenceEqual(Bytes(0, 7))));
    }

    [Theory]
    [InlineData(32, 1, 0.04)]
    [InlineData(20, 5, 0.10)] // as for 32 pixels
    [InlineData(224, 1, 0.08)]
    [InlineData(300, 3, 0.18)] // as for 224
    [InlineData(85, 1, 0.06)] // half way: the square root of 32 × 224
    public void Noise_has_the_deviation_of_its_table(int edge, int severity, double deviation)
    {
        var worse = ImageCorruption.Apply(Plain(edge, 128), new Corruption(CorruptionKind.Noise, severity), 0).Pixels.ToArray();
        var (mean, spread) = MomentsOf([.. worse.Select(value => (double)value)]);
        Assert.Equal(128, mean, 3 * 255 * deviation / edge);
        Assert.Equal(255 * deviation, spread, 0.06 * 255 * deviation);
    }

    [Fact]
    public void Noise_has_one_pattern_at_every_severity()
    {
        var image = Plain(32, 128);
        int[] Added(int severity) =>
            [
                .. ImageCorruption
                    .Apply(image, new Corruption(CorruptionKind.Noise, severity), 5)
                    .Pixels.ToArray()
                    .Select(value => value - 128),
            ];
        Assert.All(Added(1).Zip(Added(4)), pair => Assert.Equal(pair.First * 9 / 4.0, pair.Second, 2.0)); // .09 to .04, each rounded
    }

    [Theory]
    [InlineData(32, 5, 1)]
    [InlineData(224, 3, 3)]
    [InlineData(448, 2, 4)] // twice the deviation for twice the edge
    public void A_point_is_blurred_into_a_bell_of_the_deviation_of_the_table(int edge, int severity, double deviation)
    {
        var pixels = new byte[3 * edge * edge];
        var middle = edge / 2;
        var half = Math.Min(middle - 1, (int)(2 * deviation));
        for (var row = 0; row < edge; row++)
        {
            pixels.AsSpan(3 * ((row * edge) + middle - half), 3 * ((2 * half) + 1)).Fill(240); // a bar, as one point would be rounded away
        }

        var worse = ImageCorruption.Apply(new RgbImage(edge, edge, pixels), new Corruption(CorruptionKind.Blur, severity), 0);
        var line = Enumerable.Range(0, edge).Select(column => (double)worse.Pixels.Span[3 * ((middle * edge) + column)]).ToArray();
        var sum = line.Sum();
        var variance = line.Select((value, column) => value * (column - middle) * (column - middle)).Sum() / sum;
        var ofBar = half * (half + 1) / 3.0;
        Assert.Equal(240 * ((2 * half) + 1), sum, 0.01 * sum);
        Assert.Equal(deviation * deviation, variance - ofBar, (0.05 * deviation * deviation) + 0.05);
    }

    [Fact]
    public void What_is_the_same_everywhere_stays_so_unless_noise_is_added()
    {
        var image = Plain(64, 97);
        foreach (var kind in quiet)
        {
            var worse = ImageCorruption.Apply(image, new Corruption(kind, 5), 0);
            Assert.All(worse.Pixels.ToArray(), value => Assert.InRange(value, (byte)96, (byte)98));
        }
    }

    [Fact]
    public void Contrast_keeps_a_share_of_the_distance_to_the_mean_of_each_color()
    {
        byte[] pixels = [.. Enumerable.Range(0, 32 * 32).SelectMany(pixel => pixel % 2 == 0 ? new byte[] { 0, 100, 50 } : [200, 100, 150])];
        var worse = ImageCorruption.Apply(new RgbImage(32, 32, pixels), new Corruption(CorruptionKind.Contrast, 2), 0);
        Assert.Equal([50, 100, 75, 150, 100, 125], worse.Pixels[..6].ToArray());
    }

    [Fact]
    public void Pixels_of_a_quarter_of_the_edge_are_blocks_of_their_mean()
    {
        var image = Textured(224, 224);
        var worse = ImageCorruption.Apply(image, new Corruption(CorruptionKind.Pixelate, 5), 0);
        byte At(RgbImage picture, int x, int y) => picture.Pixels.Span[3 * ((y * 224) + x)];
        for (var block = 0; block < 56; block++)
        {
            var (x, y) = (4 * block, 4 * (55 - block));
            var mean = Enumerable.Range(0, 16).Average(at => At(image, x + (at % 4), y + (at / 4)));
            Assert.All(Enumerable.Range(0, 16), at => Assert.Equal(mean, At(worse, x + (at % 4), y + (at / 4)), 1.0));
        }
    }

    [Fact]
    public void Rotation_turns_to_either_side_by_the_degrees_of_its_table()
    {
        var image = Textured(32, 32);
        var (left, right) = (ImageMoves.Rotate(image, 30).Pixels.ToArray(), ImageMoves.Rotate(image, -30).Pixels.ToArray());
        var turned = Enumerable
            .Range(0, 20)
            .Select(example => ImageCorruption.Apply(image, new Corruption(CorruptionKind.Rotation, 3), example).Pixels.ToArray())
            .ToArray();
        Assert.All(turned, one => Assert.True(one.AsSpan().SequenceEqual(left) || one.AsSpan().SequenceEqual(right)));
        Assert.Contains(turned, one => one.AsSpan().SequenceEqual(left));
        Assert.Contains(turned, one => one.AsSpan().SequenceEqual(right));
    }

    [Fact]
    public void Severities_and_kinds_that_are_none_are_refused()
    {
        Assert.Contains(
            "1 … 5",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Corruption(CorruptionKind.Blur, 0)).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => new Corruption(CorruptionKind.Blur, 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Corruption((CorruptionKind)99, 1));
        Assert.Equal("jpeg 4", new Corruption(CorruptionKind.Jpeg, 4).ToString());
    }

    private static RgbImage Plain(int edge, byte level)
    {
        var pixels = new byte[3 * edge * edge];
        pixels.AsSpan().Fill(level);
        return new RgbImage(edge, edge, pixels);
    }

    // Slow and fast waves in both directions, so that every corruption has something to spoil.
    private static RgbImage Textured(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        for (var at = 0; at < pixels.Length; at++)
        {
            var (x, y, color) = (at / 3 % width, at / 3 / width, at % 3);
            var wave = Math.Sin((0.9 * x) + color) + Math.Cos(0.7 * y) + (2 * Math.Sin(6.0 * (x + (color * y)) / (width + height)));
            pixels[at] = (byte)(128 + (30 * wave));
        }

        return new RgbImage(width, height, pixels);
    }

    private static double Distance(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var sum = 0.0;
        for (var at = 0; at < first.Length; at++)
        {
            sum += Math.Abs(first[at] - second[at]);
        }

        return sum / first.Length;
    }

    private static (double Mean, double Deviation) MomentsOf(double[] values)
    {
        var mean = values.Average();
        return (mean, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))));
    }
}
