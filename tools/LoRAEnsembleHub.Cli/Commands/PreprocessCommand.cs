using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Pictures in, the tensor that a model would see out; needs no torch.</summary>
internal sealed class PreprocessCommand : Verb
{
    private readonly Option<string> config = OptionKinds.Needed(
        "--config",
        "FILE|DIR",
        "preprocessor_config.json of transformers or config.json of timm, or the folder that holds it"
    );

    private readonly Option<string> output = OptionKinds.Needed("--output", "FILE", "Safetensors file to write");
    private readonly OrientationChoice orientation;
    private readonly Argument<string[]> inputs = new("INPUT")
    {
        Description = "Pictures: files, folders, or patterns such as 'photos/*.png'",
        Arity = ArgumentArity.OneOrMore,
    };

    public PreprocessCommand()
        : base("preprocess", "Turn pictures into the pixel_values that a model would see")
    {
        Command.Add(config);
        Command.Add(output);
        orientation = new OrientationChoice(Command, ImageOrientation.AsStored);
        Command.Add(inputs);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var (source, target, wanted) = (parsed.GetValue(config)!, parsed.GetValue(output)!, orientation.Read(parsed));
        Need.FileOrFolder(source, "--config");
        Need.PlaceForFile(target, "--output");
        var processor = ImageProcessor.Load(source);
        var files = InputPaths.Find(parsed.GetValue(inputs)!, FileKind.Image);
        Need.OtherThan(target, "--output", [source, .. files]);
        var (pictures, prepared) = (new List<PreparedPicture>(), new List<RgbImage>());
        foreach (var file in files)
        {
            var decoded = await ImageDecoder.ReadAsync(file, wanted, cancellationToken: cancellationToken).ConfigureAwait(false);
            var fitted = processor.Fit(decoded.Image);
            RefuseOtherSize(file, fitted, files[0], prepared);
            prepared.Add(fitted);
            pictures.Add(PreparedPicture.Of(file, decoded, wanted));
            if (pictures[^1].Done is { Count: > 0 } done)
            {
                session.Note($"{file}: {string.Join("; ", done)}.");
            }
        }

        long[] shape = [prepared.Count, 3, prepared[0].Height, prepared[0].Width];
        var values = Values(processor, prepared);
        Need.FolderFor(target);
        var tensor = TensorToWrite.From<float>("pixel_values", shape, values);
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        await SafetensorsWriter.WriteAsync(target, [tensor], metadata, cancellationToken).ConfigureAwait(false);
        return new PreprocessResult
        {
            Config = source,
            Output = target,
            Orientation = wanted,
            Tensors = [new TensorFact("pixel_values", SafetensorsDtype.F32.Name, shape)],
            Pictures = pictures,
        };
    }

    private static float[] Values(ImageProcessor processor, List<RgbImage> prepared)
    {
        var length = prepared[0].Pixels.Length;
        var values = new float[(long)length * prepared.Count]; // [batch, 3, height, width]
        foreach (var (index, picture) in prepared.Index())
        {
            processor.Write(picture, values.AsSpan(index * length, length));
        }

        return values;
    }

    private static void RefuseOtherSize(string file, RgbImage picture, string firstFile, List<RgbImage> before)
    {
        if (before.Count > 0 && (before[0].Height, before[0].Width) != (picture.Height, picture.Width))
        {
            throw new CommandException(
                "image",
                $"{file} comes out as {picture.Height} × {picture.Width} (height × width), {firstFile} as {before[0].Height} × {before[0].Width}; "
                    + "one tensor needs one size.",
                "Preprocess such pictures one by one, or set size or crop_size in the config."
            );
        }
    }
}
