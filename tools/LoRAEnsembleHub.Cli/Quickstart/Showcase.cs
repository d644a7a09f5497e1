using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Ensembles;

namespace LoRAEnsembleHub.Cli.Quickstart;

/// <summary>What the quickstart shows: a base, two ensembles on it, and data that is familiar and unfamiliar to them.</summary>
internal sealed record Showcase
{
    private const string BaseId = "lorae/vit-glyphs-small";
    private const string FirstData = "fashion-mnist";
    private const string SecondData = "digits";
    private const string UnfamiliarData = "glyphs";

    public required string Base { get; init; }

    /// <summary>Trained on <see cref="FirstImages"/>.</summary>
    public required string FirstEnsemble { get; init; }

    public required string FirstImages { get; init; }

    /// <summary>Trained on <see cref="SecondImages"/>.</summary>
    public required string SecondEnsemble { get; init; }

    public required string SecondImages { get; init; }

    /// <summary>Unlike anything the first ensemble was trained on.</summary>
    public required string UnfamiliarImages { get; init; }

    /// <summary>Finds everything below the folder <c>adapters</c>.</summary>
    /// <param name="asked">That folder, or null to look for it from the current folder upwards.</param>
    /// <exception cref="CommandException">Something is not there.</exception>
    public static Showcase Find(string? asked)
    {
        var root = asked ?? Above(Environment.CurrentDirectory);
        var baseFolder = Folder(Path.Combine(root, BaseId.Replace('/', Path.DirectorySeparatorChar)));
        var ensembles = EnsemblesOn(Path.GetDirectoryName(baseFolder)!);
        string Data(string name) => Folder(Path.Combine(root, "datasets", "lorae", name));
        return new Showcase
        {
            Base = baseFolder,
            FirstEnsemble = TrainedOn(FirstData, ensembles, root),
            FirstImages = Data(FirstData),
            SecondEnsemble = TrainedOn(SecondData, ensembles, root),
            SecondImages = Data(SecondData),
            UnfamiliarImages = Data(UnfamiliarData),
        };
    }

    private static string Above(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "adapters");
            if (Directory.Exists(Path.Combine(candidate, "lorae")))
            {
                return Path.GetRelativePath(start, candidate);
            }
        }

        throw CommandException.NotFound(
            $"There is no folder adapters/lorae in {start} or above it; the quickstart shows the models and data in there.",
            "Run it inside a clone of the LoRAEnsembleHub repository, or give --adapters with the path of that folder."
        );
    }

    private static string Folder(string path) =>
        Directory.Exists(path)
            ? path
            : throw CommandException.NotFound($"There is no folder {path}.", "--adapters needs the folder adapters of the repository.");

    /// <summary>Ensemble folders whose manifest names the base, with the data they were trained on.</summary>
    private static List<(string Folder, string Data)> EnsemblesOn(string folder)
    {
        var found = new List<(string, string)>();
        foreach (var candidate in Directory.GetDirectories(folder).Order(StringComparer.Ordinal))
        {
            var manifest = Path.Combine(candidate, EnsembleManifest.FileName);
            if (!File.Exists(manifest))
            {
                continue;
            }

            try
            {
                var parsed = EnsembleManifest.Parse(File.ReadAllText(manifest), manifest);
                if (parsed.BaseModel?.RepoId == BaseId)
                {
                    found.Add((candidate, parsed.Training?["dataset"]?.ToString() ?? ""));
                }
            }
            catch (AdapterException)
            {
                // of another kind or version: not one to show
            }
        }

        return found;
    }

    /// <summary>The one trained on that data; of several the one with the name that the repository gives it.</summary>
    private static string TrainedOn(string data, List<(string Folder, string Data)> ensembles, string root)
    {
        var fitting = ensembles.Where(ensemble => ensemble.Data.EndsWith($"/{data}", StringComparison.Ordinal)).ToArray();
        return fitting
                .OrderByDescending(ensemble => ensemble.Folder.EndsWith($"-lora-ensemble-{data}-m8-r8", StringComparison.Ordinal))
                .Select(ensemble => ensemble.Folder)
                .FirstOrDefault()
            ?? throw CommandException.NotFound(
                $"{Path.Combine(root, "lorae")} holds no ensemble on {BaseId} that was trained on {data}"
                    + (
                        ensembles.Count == 0
                            ? "."
                            : $"; those there: {string.Join(", ", ensembles.Select(one => Path.GetFileName(one.Folder)))}."
                    ),
                $"Train one: lorae-hub train --base {Path.Combine(root, "lorae", "vit-glyphs-small")} --data {Path.Combine(root, "datasets", "lorae", data)} "
                    + $"--output {Path.Combine(root, "lorae", $"vit-glyphs-small-lora-ensemble-{data}")} --members 4 --epochs 2"
            );
    }
}
