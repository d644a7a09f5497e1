using System.CommandLine;
using LoRAEnsembleHub.Cli.Inspection;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Ensembles;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Tells what a file or folder is and whether it is sound; never needs torch.</summary>
internal sealed class InspectCommand : Verb
{
    private readonly Argument<string> path = new("PATH")
    {
        Description = "A safetensors file, model folder, ensemble or PEFT adapter folder, or data set",
    };

    private readonly Option<bool> hashes = OptionKinds.Switch("--sha256", "Hash the weight files of a model too");

    public InspectCommand()
        : base("inspect", "Tell what a safetensors file, model, ensemble, PEFT adapter or data set holds, and what is wrong with it")
    {
        Command.Add(path);
        Command.Add(hashes);
    }

    public override Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var place = parsed.GetValue(path)!;
        Need.FileOrFolder(place, "PATH");
        var withHashes = parsed.GetValue(hashes);
        return Task.FromResult(File.Exists(place) ? OfFile(place, withHashes) : OfFolder(place, withHashes));
    }

    private static ICommandResult OfFile(string file, bool withHashes) =>
        Path.GetFileName(file) switch
        {
            EnsembleManifest.FileName or "adapter_config.json" or "config.json" => OfFolder(
                Path.GetDirectoryName(Path.GetFullPath(file))!,
                withHashes
            ),
            var name when name.EndsWith(".index.json", StringComparison.Ordinal) => CheckpointReport.Read(file, null),
            var name when name.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) => SafetensorsReport.Read(file),
            _ => DatasetReport.Find(file) ?? (ICommandResult)SafetensorsReport.Read(file),
        };

    private static ICommandResult OfFolder(string folder, bool withHashes)
    {
        bool Has(string name) => File.Exists(Path.Combine(folder, name));
        if (Has(EnsembleManifest.FileName) || Has("adapter_config.json"))
        {
            return EnsembleReport.Read(folder);
        }

        if (Has("config.json"))
        {
            return ModelReport.Read(folder, withHashes);
        }

        if (Directory.EnumerateDirectories(folder).Any(inner => File.Exists(Path.Combine(inner, "adapter_config.json"))))
        {
            return EnsembleReport.Read(folder);
        }

        if (Directory.EnumerateFiles(folder, "*.safetensors").Any())
        {
            return CheckpointReport.Read(folder, null);
        }

        return DatasetReport.Find(folder)
            ?? throw new CommandException(
                "unknown_content",
                $"{folder} holds nothing that is known here.",
                $"Known are a model (config.json and safetensors), an ensemble ({EnsembleManifest.FileName}), PEFT adapters (adapter_config.json), "
                    + "and data sets (IDX files, a table, or a folder per class)."
            );
    }
}
