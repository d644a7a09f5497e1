namespace LoRAEnsembleHub.Inputs;

/// <summary>How transformers prepares pictures for ViT and DeiT: <c>preprocessor_config.json</c>, field for field.</summary>
/// <remarks>
/// transformers: ViTImageProcessorPil and DeiTImageProcessorPil, with the defaults of those classes. The names of the other back-ends
/// (…Fast, …FeatureExtractor) are read as well; the arithmetic is always the Pillow back-end's, from which the torchvision one differs by
/// about a grey level.
/// </remarks>
public sealed record ImageProcessorConfig
{
    /// <summary>The file's usual name.</summary>
    public const string FileName = "preprocessor_config.json";

    /// <summary>"ViTImageProcessor" or "DeiTImageProcessor"; the other back-ends' names become these.</summary>
    public string ImageProcessorType { get; init; } = ImageProcessorTypes.Vit;

    /// <summary>What the file says about conversion to RGB. Pictures are converted in any case, as the models need it.</summary>
    public bool? DoConvertRgb { get; init; }

    /// <summary>Whether pictures are resized to <see cref="Size"/>.</summary>
    public bool DoResize { get; init; } = true;

    /// <summary>The size after the resize; height and width ignore the aspect ratio, a shortest edge keeps it.</summary>
    public ImageSize Size { get; init; } = ImageSize.Exactly(224, 224);

    /// <summary>The filter of the resize.</summary>
    public PillowFilter Resample { get; init; } = PillowFilter.Bilinear;

    /// <summary>Whether the middle is cut out after the resize.</summary>
    public bool DoCenterCrop { get; init; }

    /// <summary>Height and width of the middle that is cut out; smaller pictures are framed with black. Null where there is none.</summary>
    public ImageSize? CropSize { get; init; }

    /// <summary>Whether pixel values, 0 to 255, are multiplied by <see cref="RescaleFactor"/>.</summary>
    public bool DoRescale { get; init; } = true;

    /// <summary>The factor of the rescale; finite.</summary>
    public double RescaleFactor { get; init; } = 1 / 255.0;

    /// <summary>Whether <see cref="ImageMean"/> is subtracted and the difference divided by <see cref="ImageStd"/>.</summary>
    public bool DoNormalize { get; init; } = true;

    /// <summary>Means of the channels, in the unit the pixels have after the rescale; finite.</summary>
    public RgbValues ImageMean { get; init; } = RgbValues.Half;

    /// <summary>Standard deviations of the channels, in the same unit; finite and not 0.</summary>
    public RgbValues ImageStd { get; init; } = RgbValues.Half;

    /// <summary>The class defaults of ViTImageProcessor.</summary>
    public static ImageProcessorConfig Vit => new();

    /// <summary>The class defaults of DeiTImageProcessor.</summary>
    public static ImageProcessorConfig Deit =>
        new()
        {
            ImageProcessorType = ImageProcessorTypes.Deit,
            Size = ImageSize.Exactly(256, 256),
            Resample = PillowFilter.Bicubic,
            DoCenterCrop = true,
            CropSize = ImageSize.Exactly(224, 224),
        };

    /// <summary>Reads a config.</summary>
    /// <param name="path">The file, or the folder that holds it under its usual name.</param>
    /// <returns>The checked config.</returns>
    /// <remarks>
    /// Early files name no processor, that of google/vit-base-patch16-224 among them. Like AutoImageProcessor of transformers, the
    /// <c>model_type</c> of a <c>config.json</c> beside the file then decides.
    /// </remarks>
    /// <exception cref="ImageException">
    /// There is no such file, it is no JSON object, its processor type is unknown, or a field is malformed or asks for something that would
    /// change the result and is not supported; the field is named.
    /// </exception>
    public static ImageProcessorConfig Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        return ImageProcessorConfigReader.Read(JsonFields.ReadFile(file), file, ImageProcessorTypes.Beside(file));
    }

    /// <summary>Reads a config that is in memory.</summary>
    /// <param name="json">The JSON text in UTF-8.</param>
    /// <param name="name">What the text is called in messages.</param>
    /// <returns>The checked config.</returns>
    /// <exception cref="ImageException">As for <see cref="Load"/>.</exception>
    public static ImageProcessorConfig Parse(ReadOnlyMemory<byte> json, string name) => ImageProcessorConfigReader.Read(json, name);

    /// <summary>Writes the config as transformers does: two spaces, sorted names, size always as height and width.</summary>
    /// <returns>JSON that ends with a line feed; <see cref="Parse"/> gives back an equal config.</returns>
    /// <exception cref="ImageException">A value is outside its range.</exception>
    public string ToJson() => ImageProcessorConfigWriter.Write(Checked(FileName));

    internal ImageProcessorConfig Checked(string name)
    {
        var fault =
            !ImageProcessorTypes.IsKnown(ImageProcessorType)
                ? $"image_processor_type is \"{ImageProcessorType}\"; it must be {ImageProcessorTypes.Vit} or {ImageProcessorTypes.Deit}"
            : !Enum.IsDefined(Resample) ? $"resample is {(int)Resample}; it must be 0 to 5"
            : Size.Fault(shortestEdgeAllowed: true) is { } size ? $"size {size}"
            : CropSize?.Fault(shortestEdgeAllowed: false) is { } crop ? $"crop_size {crop}"
            : DoCenterCrop && CropSize is null ? "do_center_crop is true but there is no crop_size; give its height and width"
            : !double.IsFinite(RescaleFactor) ? $"rescale_factor is {RescaleFactor}; it must be finite"
            : ChannelFault(ImageMean, ImageStd);
        return fault is null ? this : throw new ImageException(name, $"{fault}.");
    }

    // Division happens in single precision, so a value that is 0 there is 0.
    internal static string? ChannelFault(RgbValues mean, RgbValues deviation) =>
        !(float.IsFinite((float)mean.Red) && float.IsFinite((float)mean.Green) && float.IsFinite((float)mean.Blue))
            ? $"The mean of the channels is {mean}; it must be finite"
        : !(IsDivisor(deviation.Red) && IsDivisor(deviation.Green) && IsDivisor(deviation.Blue))
            ? $"The standard deviation of the channels is {deviation}; it must be finite and not 0"
        : null;

    private static bool IsDivisor(double value) => float.IsFinite((float)value) && (float)value != 0;
}
