using System.CommandLine;

namespace LoRAEnsembleHub.Benchmarks.Speed;

/// <summary>The options of verbs that measure a trained ensemble; by default one that comes along.</summary>
internal sealed class EnsembleOptions
{
    private readonly Option<string> ensemble = Folder(
        "--ensemble",
        "adapters/lorae/vit-glyphs-small-lora-ensemble-fashion-mnist-m8-r8",
        "The ensemble"
    );
    private readonly Option<string> baseFolder = Folder("--base", "adapters/lorae/vit-glyphs-small", "Its base");
    private readonly Option<string> data = Folder("--data", "adapters/datasets/lorae/fashion-mnist", "Data set");

    public EnsembleOptions(Command command)
    {
        command.Add(ensemble);
        command.Add(baseFolder);
        command.Add(data);
    }

    public EnsemblePlace Read(ParseResult parsed) => new(parsed.GetValue(baseFolder)!, parsed.GetValue(ensemble)!, parsed.GetValue(data)!);

    private static Option<string> Folder(string name, string usual, string description) =>
        new(name) { DefaultValueFactory = _ => usual, Description = description };
}

/// <summary>Folders of what is measured.</summary>
internal sealed record EnsemblePlace(string Base, string Ensemble, string Data);
