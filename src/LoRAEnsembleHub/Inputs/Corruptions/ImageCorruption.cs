using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Makes pictures worse in six ways and five degrees.</summary>
/// <remarks>
/// <para>
/// After Hendrycks and Dietterich 2019, arXiv 1903.12261, in code of our own. The strengths of severities 1 … 5 are theirs for CIFAR-10-C
/// where the shorter edge has 32 pixels or fewer, theirs for ImageNet-C where it has 224 or more, and between these linear in the
/// logarithm of the edge. Rotation is not among theirs.
/// </para>
/// <list type="table">
/// <listheader><term>Kind</term><description>32 pixels; 224 pixels</description></listheader>
/// <item><term>noise</term><description>Standard deviation of full scale: .04 .06 .08 .09 .10; .08 .12 .18 .26 .38.</description></item>
/// <item><term>blur</term><description>Standard deviation in pixels: .4 .6 .7 .8 1; 1 2 3 4 6, beyond in proportion to the edge.</description></item>
/// <item><term>contrast</term><description>Share of the distance to the mean that is kept: .75 .5 .4 .3 .15; .4 .3 .2 .1 .05.</description></item>
/// <item><term>rotation</term><description>Degrees: 10 20 30 45 60 for every size.</description></item>
/// <item><term>pixelate</term><description>Share of the pixels of an edge that are left: .95 .9 .85 .75 .65; .6 .5 .4 .3 .25.</description></item>
/// <item><term>jpeg</term><description>Quality: 80 65 58 50 40; 25 18 15 10 7.</description></item>
/// </list>
/// </remarks>
public static class ImageCorruption
{
    private static readonly SeverityTable noise = new([.04, .06, .08, .09, .10], [.08, .12, .18, .26, .38]);
    private static readonly SeverityTable blur = new([.4, .6, .7, .8, 1], [1, 2, 3, 4, 6]);
    private static readonly SeverityTable contrast = new([.75, .5, .4, .3, .15], [.4, .3, .2, .1, .05]);
    private static readonly SeverityTable pixels = new([.95, .9, .85, .75, .65], [.6, .5, .4, .3, .25]);
    private static readonly SeverityTable quality = new([80, 65, 58, 50, 40], [25, 18, 15, 10, 7]);
    private static readonly double[] degrees = [10, 20, 30, 45, 60];

    /// <summary>The kinds that there are for pictures: all.</summary>
    public static IReadOnlyList<CorruptionKind> Kinds { get; } = Enum.GetValues<CorruptionKind>();

    /// <summary>Makes one picture worse.</summary>
    /// <param name="image">The picture at its own size; left as it is.</param>
    /// <param name="corruption">What is done and how strongly.</param>
    /// <param name="example">Number of the example, which what is random is drawn for.</param>
    /// <returns>A picture of the same size.</returns>
    public static RgbImage Apply(RgbImage image, Corruption corruption, int example)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(corruption);
        var (severity, random) = (corruption.Severity, corruption.RandomFor(example));
        return corruption.Kind switch
        {
            CorruptionKind.Noise => AddNoise(image, noise.At(severity, image), ref random),
            CorruptionKind.Blur => GaussianBlur.Apply(image, blur.At(severity, image) * SeverityTable.Beyond(image)),
            CorruptionKind.Contrast => LowerContrast(image, contrast.At(severity, image)),
            CorruptionKind.Rotation => ImageMoves.Rotate(image, random.NextDouble() < 0.5 ? -degrees[severity - 1] : degrees[severity - 1]),
            CorruptionKind.Pixelate => Pixelate(image, pixels.At(severity, image)),
            _ => Recompress(image, (int)Math.Round(quality.At(severity, image))),
        };
    }

    private static RgbImage AddNoise(RgbImage image, double deviation, ref SeededRandom random)
    {
        var from = image.Pixels.Span;
        var to = new byte[from.Length];
        for (var value = 0; value < to.Length; value++)
        {
            to[value] = PixelLevel.Of(from[value] + (255 * deviation * random.NextGaussian()));
        }

        return new RgbImage(image.Width, image.Height, to);
    }

    private static RgbImage LowerContrast(RgbImage image, double kept)
    {
        var from = image.Pixels.Span;
        var to = new byte[from.Length];
        for (var color = 0; color < 3; color++)
        {
            long sum = 0;
            for (var value = color; value < from.Length; value += 3)
            {
                sum += from[value];
            }

            var mean = 3.0 * sum / from.Length;
            for (var value = color; value < from.Length; value += 3)
            {
                to[value] = PixelLevel.Of(mean + (kept * (from[value] - mean)));
            }
        }

        return new RgbImage(image.Width, image.Height, to);
    }

    private static RgbImage Pixelate(RgbImage image, double share)
    {
        var (width, height) = (Math.Max(1, (int)(share * image.Width)), Math.Max(1, (int)(share * image.Height)));
        return PillowResampling.Resize(
            PillowResampling.Resize(image, width, height, PillowFilter.Box),
            image.Width,
            image.Height,
            PillowFilter.Nearest
        );
    }

    private static RgbImage Recompress(RgbImage image, int quality) =>
        ImageDecoder.Decode(ImageEncoder.Jpeg(image, quality), "the picture as JPEG", ImageOrientation.AsStored).Image;
}
