using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Pictures, sounds or texts in, the tensors that a model would see out; needs no torch.</summary>
internal sealed class PreprocessCommand : Verb
{
    private readonly Option<string> config = OptionKinds.Needed(
        "--config",
        "FILE|DIR",
        "preprocessor_config.json of transformers, config.json of timm, a tokenizer's file, or the folder that holds them"
    );

    private readonly Option<string> output = OptionKinds.Needed("--output", "FILE", "Safetensors file to write");
    private readonly InputOptionsChoice options;
    private readonly Argument<string[]> inputs = GivenInputs.Argument(ArgumentArity.OneOrMore);

    public PreprocessCommand()
        : base("preprocess", "Turn pictures, sounds or texts into the tensors that a model would see")
    {
        Command.Add(config);
        Command.Add(output);
        options = new InputOptionsChoice(Command, ImageOrientation.AsStored);
        Command.Add(inputs);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var (source, target, wanted) = (parsed.GetValue(config)!, parsed.GetValue(output)!, options.Read(parsed));
        Need.FileOrFolder(source, "--config");
        Need.PlaceForFile(target, "--output");
        var pipeline = InputChoice.Load(source, wanted);
        var items = GivenInputs.Find(parsed.GetValue(inputs)!, pipeline);
        Need.OtherThan(target, "--output", [source, .. items.Where(item => item.Text is null).Select(item => item.Source)]);
        var examples = pipeline.FromItems(items, []);
        var arrays = examples.Arrays([.. Enumerable.Range(0, examples.Count)], null);
        cancellationToken.ThrowIfCancellationRequested();
        PreparedInput[] prepared =
        [
            .. Enumerable.Range(0, examples.Count).Select(index => new PreparedInput(examples.Source(index), examples.Facts(index))),
        ];
        foreach (var (input, done) in prepared.Where(one => one.Done.Count > 0))
        {
            session.Note($"{input}: {string.Join("; ", done)}.");
        }

        Need.FolderFor(target);
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        await SafetensorsWriter.WriteAsync(target, arrays.Select(Tensor), metadata, cancellationToken).ConfigureAwait(false);
        return new PreprocessResult
        {
            Config = source,
            Output = target,
            Tensors = [.. arrays.Select(array => new TensorFact(array.Name, TypeOf(array).Name, [.. array.Shape]))],
            Inputs = prepared,
        };
    }

    private static TensorToWrite Tensor(InputArray array) =>
        array.Values is float[] numbers
            ? TensorToWrite.From<float>(array.Name, [.. array.Shape], numbers)
            : TensorToWrite.From<long>(array.Name, [.. array.Shape], (long[])array.Values);

    private static SafetensorsDtype TypeOf(InputArray array) => array.Values is float[] ? SafetensorsDtype.F32 : SafetensorsDtype.I64;
}
