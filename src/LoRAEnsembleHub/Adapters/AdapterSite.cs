namespace LoRAEnsembleHub.Adapters;

/// <summary>The linear projections of an encoder block that a low-rank update can be added to.</summary>
public enum ProjectionKind
{
    /// <summary>Attention queries.</summary>
    Query,

    /// <summary>Attention keys.</summary>
    Key,

    /// <summary>Attention values.</summary>
    Value,

    /// <summary>Attention output.</summary>
    Output,

    /// <summary>First linear layer of the feed-forward block.</summary>
    FeedForwardIn,

    /// <summary>Second linear layer of the feed-forward block.</summary>
    FeedForwardOut,
}

/// <summary>One linear projection of a model that can be adapted.</summary>
/// <param name="Layer">Block, from 0.</param>
/// <param name="Kind">Which projection of the block.</param>
/// <param name="Name">Module path without the model's prefix, as transformers 4 spells it.</param>
/// <param name="NewName">The same as transformers from 5.9 spells it; equal to <paramref name="Name"/> where nothing changed.</param>
/// <param name="In">Input width.</param>
/// <param name="Out">Output width.</param>
internal sealed record AdapterSite(int Layer, ProjectionKind Kind, string Name, string NewName, long In, long Out);

/// <summary>One parameter of a classification head.</summary>
/// <param name="Name">Its name in a whole-model checkpoint, such as <c>classifier.weight</c>.</param>
/// <param name="Shape">Its shape, with −1 where the number of classes stands.</param>
internal sealed record HeadParameter(string Name, IReadOnlyList<long> Shape);

/// <summary>A set of head modules that a model knows how to compute logits with.</summary>
/// <param name="Modules">Names of the modules, as PEFT's modules_to_save lists them.</param>
/// <param name="Parameters">All their parameters.</param>
internal sealed record HeadLayout(IReadOnlyList<string> Modules, IReadOnlyList<HeadParameter> Parameters)
{
    /// <summary>transformers' class for a base with such a head.</summary>
    public required string PythonClass { get; init; }

    /// <summary>One linear layer per module.</summary>
    public static HeadLayout Linear(IReadOnlyList<string> modules, long hidden, string pythonClass) =>
        new(
            modules,
            [.. modules.SelectMany(module => new HeadParameter[] { new($"{module}.weight", [-1, hidden]), new($"{module}.bias", [-1]) })]
        )
        {
            PythonClass = pythonClass,
        };

    /// <summary>The number of classes in parameters of this layout.</summary>
    /// <param name="shapeOf">The shape of a parameter by its name, without a members axis.</param>
    public long ClassesOf(Func<string, IReadOnlyList<long>> shapeOf)
    {
        var parameter = Parameters.First(candidate => candidate.Shape.Contains(-1));
        return shapeOf(parameter.Name)[parameter.Shape.Index().First(axis => axis.Item < 0).Index];
    }
}

/// <summary>Everything about a model that adapters are checked against: names and sizes, no numbers.</summary>
/// <param name="ModelType">As in config.json.</param>
/// <param name="Prefix">The model's prefix in whole-model checkpoints, with the dot, such as <c>vit.</c>.</param>
/// <param name="Sites">Every projection that can be adapted, block by block.</param>
/// <param name="Heads">The head layouts that adapters may bring; the first one is that of fresh adapters.</param>
internal sealed record AdapterCatalogue(string ModelType, string Prefix, IReadOnlyList<AdapterSite> Sites, IReadOnlyList<HeadLayout> Heads)
{
    /// <summary>PEFT's task type, or null where PEFT has none for the task and names the model class instead.</summary>
    public string? TaskType { get; init; }

    /// <summary>Paths of the modules besides heads, without prefix and in every spelling: what an adapter cannot bring a copy of.</summary>
    internal IReadOnlyCollection<string> FrozenModules { get; init; } = [];

    /// <summary>The Python module that holds the model's classes, such as <c>transformers.models.vit.modeling_vit</c>.</summary>
    public required string PythonModule { get; init; }
}
