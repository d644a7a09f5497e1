using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Onnx;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Models;

/// <summary>Names and shapes of everything in one model, from its config alone, in the spelling of transformers 4 without prefix.</summary>
/// <param name="config">The checked config.</param>
internal abstract class ModelLayout(ModelConfig config)
{
    /// <summary>The config.</summary>
    public ModelConfig Config { get; } = config;

    /// <summary>What adapters are checked against.</summary>
    public abstract AdapterCatalogue Catalogue { get; }

    /// <summary>transformers' class for the model without a head.</summary>
    public abstract string BareClass { get; }

    /// <summary>The head modules of a checkpoint: by the class in its config, else by the names it holds.</summary>
    public abstract IReadOnlyList<string> HeadsOf(Func<string, bool> contains);

    /// <summary>Names and shapes of everything besides heads that a checkpoint is to hold.</summary>
    /// <param name="headless">Whether the checkpoint has no head.</param>
    /// <param name="stored">The shape of a weight in the checkpoint, or null; some weights may be missing or of another size.</param>
    public abstract IEnumerable<(string Name, long[] Shape)> Backbone(bool headless, Func<string, IReadOnlyList<long>?> stored);

    /// <summary>Whether a checkpoint may hold a weight that this model has no use for.</summary>
    public abstract bool Ignorable(string name);

    /// <summary>The layout of a model of the same family.</summary>
    public abstract ModelLayout With(ModelConfig config);

    /// <summary>Makes the model; it takes the parameters over.</summary>
    public abstract PretrainedModel Build(ParameterSet parameters, IReadOnlyList<string> heads, BaseIdentity identity, LoadReport report);

    /// <summary>Writes down what the model computes for other runtimes.</summary>
    public abstract FamilyGraph Graph { get; }

    /// <summary>Names and shapes of everything that a checkpoint is to hold.</summary>
    /// <param name="heads">The head modules, from <see cref="HeadsOf"/>.</param>
    /// <param name="stored">The shape of a weight in the checkpoint, or null.</param>
    public IEnumerable<(string Name, long[] Shape)> Whole(IReadOnlyList<string> heads, Func<string, IReadOnlyList<long>?> stored) =>
        Backbone(heads.Count == 0, stored).Concat(HeadOf(heads)?.Parameters.Select(Sized) ?? []);

    /// <summary>transformers' class for the model with these head modules.</summary>
    public string PythonClass(IReadOnlyList<string> heads) => HeadOf(heads)?.PythonClass ?? BareClass;

    /// <summary>The modules that hold these weights and those around them.</summary>
    protected static HashSet<string> ModulesAround(IEnumerable<string> weights)
    {
        var modules = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in weights)
        {
            for (var end = name.LastIndexOf('.'); end > 0; end = name.LastIndexOf('.', end - 1))
            {
                modules.Add(name[..end]);
            }
        }

        return modules;
    }

    private HeadLayout? HeadOf(IReadOnlyList<string> modules) =>
        Catalogue.Heads.FirstOrDefault(head => head.Modules.SequenceEqual(modules));

    private (string Name, long[] Shape) Sized(HeadParameter parameter) =>
        (parameter.Name, [.. parameter.Shape.Select(size => size < 0 ? Config.Classes : size)]);
}
