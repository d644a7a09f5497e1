using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Raw tensors in, raw tensors out: what other programs compare with.</summary>
internal sealed class ForwardCommand : Verb
{
    private readonly ModelChoice choice;
    private readonly Option<string> input = OptionKinds.Needed(
        "--input",
        "FILE",
        "Safetensors file with the inputs by transformers' names, such as pixel_values; other tensors are ignored"
    );

    private readonly Option<string> output = OptionKinds.Needed("--output", "FILE", "Safetensors file to write");
    private readonly Option<bool> hiddenStates = OptionKinds.Switch("--hidden-states", "Write the output of every block too");
    private readonly Option<bool> interpolate = OptionKinds.Switch(
        "--interpolate-pos-encoding",
        "Resize the position embeddings for images of another size"
    );

    private readonly Option<int?> memberChunk = OptionKinds.WholeNumber("--member-chunk", "Members computed together; default: by memory");

    public ForwardCommand()
        : base("forward", "Run raw tensors through a base, alone or with all members of an ensemble, and write what comes out")
    {
        choice = new ModelChoice(Command, chooses: true);
        Option[] options = [input, output, hiddenStates, interpolate, memberChunk];
        foreach (var option in options)
        {
            Command.Add(option);
        }
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var (request, source, target) = (
            await choice.ReadAsync(parsed, session, cancellationToken).ConfigureAwait(false),
            parsed.GetValue(input)!,
            parsed.GetValue(output)!
        );
        Need.File(source, "--input");
        Need.PlaceForFile(target, "--output");
        Need.OtherThan(target, "--output", source);
        using var loaded = LoadedModel.Open(request, session);
        RefuseMissing(source, loaded.Model);
        var inputs = TensorFile.Read(source, loaded.Model.InputNames.Contains);
        try
        {
            var options = new ForwardOptions
            {
                HiddenStates = parsed.GetValue(hiddenStates),
                InterpolatePositions = parsed.GetValue(interpolate),
                MemberChunk = parsed.GetValue(memberChunk),
            };
            cancellationToken.ThrowIfCancellationRequested();
            using var outputs = loaded.Model.Forward(inputs, options);
            WarnUnlessFinite(outputs, session);
            Need.FolderFor(target);
            await TensorFile.WriteAsync(target, outputs.Named, null, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var tensor in inputs.Values)
            {
                tensor.Dispose();
            }
        }

        return new ForwardResult
        {
            Base = request.Base,
            Ensemble = request.Ensemble,
            Members = loaded.Model.Members,
            Output = target,
            Tensors = Written(target),
            Warnings = session.Warnings,
        };
    }

    private static void WarnUnlessFinite(ModelOutputs outputs, Session session)
    {
        using var scope = NewDisposeScope();
        string[] odd = [.. outputs.Named.Where(output => !output.Value.isfinite().all().item<bool>()).Select(output => output.Key)];
        if (odd.Length > 0)
        {
            session.Warn(
                $"There are NaN or infinite numbers in {Figures.Listed(odd)}: the inputs hold such numbers, or numbers too large to compute with."
            );
        }
    }

    private static void RefuseMissing(string source, PredictiveModel model)
    {
        using var file = SafetensorsFile.Open(source);
        if (file.Contains(model.InputNames[0]))
        {
            return;
        }

        string[] names = [.. file.Tensors.Select(tensor => tensor.Name)];
        throw new CommandException(
            "model",
            $"{source} has no tensor {model.InputNames[0]}; a model of type {model.ModelType} needs {string.Join(", ", model.InputNames)}. "
                + $"The file holds {(names.Length == 0 ? "no tensors" : Figures.Listed(names))}.",
            "lorae-hub preprocess makes such a file from pictures, sounds or texts."
        );
    }

    private static TensorFact[] Written(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return [.. file.Tensors.Select(tensor => new TensorFact(tensor.Name, tensor.Dtype.Name, [.. tensor.Shape]))];
    }
}
