using System.Runtime.ExceptionServices;
using System.Text.Json;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Turns pictures into model input: resize, centre crop, rescale, normalise, channels first.</summary>
/// <remarks>
/// Equal to the Pillow back-end of transformers' ViTImageProcessor and DeiTImageProcessor, or to timm's evaluation transform; see
/// <see cref="PillowResampling"/> for the order of the passes. Holds no state: one processor may be used by many threads.
/// </remarks>
public sealed class ImageProcessor
{
    private readonly FittingSteps steps;
    private readonly PixelTable table;

    /// <summary>A processor as transformers would build it.</summary>
    /// <param name="config">The config.</param>
    /// <exception cref="ImageException">A value of the config is outside its range.</exception>
    public ImageProcessor(ImageProcessorConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        Description = config.ToJson();
        steps = FittingSteps.From(config);
        table = new PixelTable(
            config.DoRescale ? config.RescaleFactor : null,
            config.DoNormalize ? (config.ImageMean, config.ImageStd) : null
        );
    }

    /// <summary>A processor as timm would build it for evaluation.</summary>
    /// <param name="config">The config.</param>
    /// <exception cref="ImageException">A value of the config is outside its range.</exception>
    public ImageProcessor(TimmImageConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Checked(TimmImageConfig.FileName);
        Description = JsonSerializer.Serialize(config);
        steps = FittingSteps.From(config);
        table = new PixelTable(1 / 255.0, (config.Mean, config.Std));
    }

    /// <summary>The config as text: processors with the same text prepare pictures alike.</summary>
    internal string Description { get; }

    /// <summary>Height and width of the model input, or null where they depend on the picture.</summary>
    /// <remarks>They depend on the picture without a crop, if there is no resize or it only fixes the shortest edge.</remarks>
    public (int Height, int Width)? OutputSize => steps.OutputSize;

    /// <summary>Reads the config of a checkpoint, of whichever kind it is.</summary>
    /// <param name="path">
    /// A config file, or a folder with <c>preprocessor_config.json</c> or, failing that, with timm's <c>config.json</c>.
    /// </param>
    /// <returns>A new processor.</returns>
    /// <exception cref="ImageException">There is no such file, or the config is refused.</exception>
    public static ImageProcessor Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = path;
        if (Directory.Exists(path))
        {
            file = Path.Combine(path, ImageProcessorConfig.FileName);
            file = File.Exists(file) ? file : Path.Combine(path, TimmImageConfig.FileName);
            if (!File.Exists(file))
            {
                throw new ImageException(path, $"The folder holds neither {ImageProcessorConfig.FileName} nor {TimmImageConfig.FileName}.");
            }
        }

        var json = JsonFields.ReadFile(file);
        var fields = JsonFields.Parse(json, file);
        return fields.Has("pretrained_cfg") || fields.Has("input_size")
            ? new ImageProcessor(TimmImageConfig.Parse(json, file))
            : new ImageProcessor(ImageProcessorConfigReader.Read(json, file, ImageProcessorTypes.Beside(file)));
    }

    /// <summary>Resizes and crops.</summary>
    /// <param name="image">The picture.</param>
    /// <returns>The picture at the size of the model input; <paramref name="image"/> itself where nothing has to change.</returns>
    /// <exception cref="ArgumentException">The picture is so narrow that its other edge would become too long.</exception>
    public RgbImage Fit(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return steps.Apply(image);
    }

    /// <summary>Rescales and normalises.</summary>
    /// <param name="fitted">A picture from <see cref="Fit"/>.</param>
    /// <param name="destination">Receives [3, height, width] of that picture; exactly as long.</param>
    /// <exception cref="ArgumentException">The destination has another length, or the picture another size than <see cref="OutputSize"/>.</exception>
    public void Write(RgbImage fitted, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(fitted);
        if (OutputSize is { } size && size != (fitted.Height, fitted.Width))
        {
            throw new ArgumentException(
                $"The picture is {fitted.Height} × {fitted.Width}; the model input is {size.Height} × {size.Width} (height × width). Fit the picture first.",
                nameof(fitted)
            );
        }

        if (destination.Length != fitted.Pixels.Length)
        {
            throw new ArgumentException(
                $"The destination has {destination.Length} numbers; [3, {fitted.Height}, {fitted.Width}] needs {fitted.Pixels.Length}.",
                nameof(destination)
            );
        }

        table.Write(fitted.Pixels.Span, destination);
    }

    /// <summary>Does everything for one picture.</summary>
    /// <param name="image">The picture.</param>
    /// <returns>[3, height, width], owned by the caller; the size is <see cref="OutputSize"/> or that of the picture.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Fit"/>.</exception>
    public float[] Process(RgbImage image)
    {
        var fitted = Fit(image);
        var result = new float[fitted.Pixels.Length];
        Write(fitted, result);
        return result;
    }

    /// <summary>Does everything for a batch of pictures.</summary>
    /// <param name="images">The pictures; one or more.</param>
    /// <param name="destination">Receives [batch, 3, height, width]; exactly as long.</param>
    /// <param name="degreeOfParallelism">Pictures fitted at the same time; 1 or more. It does not change the result.</param>
    /// <param name="cancellationToken">Tested between pictures.</param>
    /// <exception cref="ArgumentException">There is no picture, they come out with different sizes, or the destination has another length.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the destination is as it was.</exception>
    public void ProcessBatch(
        IReadOnlyList<RgbImage> images,
        Span<float> destination,
        int degreeOfParallelism = 1,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(degreeOfParallelism, 1);
        if (images.Count == 0)
        {
            throw new ArgumentException("The batch is empty; it needs one picture or more.", nameof(images));
        }

        var fitted = FitAll(images, degreeOfParallelism, cancellationToken);
        var (height, width, length) = (fitted[0].Height, fitted[0].Width, fitted[0].Pixels.Length);
        var other = Array.FindIndex(fitted, picture => picture.Height != height || picture.Width != width);
        if (other >= 0)
        {
            throw new ArgumentException(
                $"Picture 0 comes out as {height} × {width} and picture {other} as {fitted[other].Height} × {fitted[other].Width} (height × width); one batch needs one "
                    + "size. Set size or crop_size in the config, or process them one by one.",
                nameof(images)
            );
        }

        if (destination.Length != (long)fitted.Length * length)
        {
            throw new ArgumentException(
                $"The destination has {destination.Length} numbers; [{fitted.Length}, 3, {height}, {width}] needs {(long)fitted.Length * length}.",
                nameof(destination)
            );
        }

        for (var i = 0; i < fitted.Length; i++)
        {
            Write(fitted[i], destination.Slice(i * length, length));
        }
    }

    private RgbImage[] FitAll(IReadOnlyList<RgbImage> images, int degreeOfParallelism, CancellationToken cancellationToken)
    {
        var fitted = new RgbImage[images.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = degreeOfParallelism, CancellationToken = cancellationToken };
        try
        {
            Parallel.For(0, fitted.Length, options, i => fitted[i] = Fit(images[i]));
        }
        catch (AggregateException exception)
        {
            // One picture's fault, with its own message, says more than a bundle of them.
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }

        return fitted;
    }
}
