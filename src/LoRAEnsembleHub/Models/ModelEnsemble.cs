using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>Several whole models that answer one after the other, such as the members of a deep ensemble.</summary>
/// <remarks>Lakshminarayanan et al. 2017 (arXiv 1612.01474). Memory for activations is that of one model.</remarks>
public sealed class ModelEnsemble : PredictiveModel
{
    private readonly PretrainedModel[] models;

    /// <summary>Takes models over.</summary>
    /// <param name="models">One or more of one type with heads of the same classes, nothing attached; disposed with the ensemble.</param>
    /// <exception cref="ModelException">They do not go together.</exception>
    public ModelEnsemble(IReadOnlyList<PretrainedModel> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        this.models = [.. models];
        if (this.models.Length == 0)
        {
            throw new ModelException("There is no model; an ensemble needs 1 or more.");
        }

        foreach (var (index, model) in models.Index())
        {
            if (model.ModelType != ModelType || model.Labels.Count != models[0].Labels.Count || model.Labels.Count == 0)
            {
                throw new ModelException(
                    $"Model {index} is of type {model.ModelType} with {model.Labels.Count} classes, model 0 of type {ModelType} with {models[0].Labels.Count}; "
                        + "all members of an ensemble must be of one type and predict the same classes."
                );
            }
        }
    }

    /// <summary>The models in the order of the members axis.</summary>
    public IReadOnlyList<PretrainedModel> Models => models;

    /// <inheritdoc />
    public override IReadOnlyList<string> InputNames => models[0].InputNames;

    /// <inheritdoc />
    public override string ModelType => models[0].ModelType;

    /// <inheritdoc />
    public override int? Members => models.Length;

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, Tensor> BlankInputs(long batch) => models[0].BlankInputs(batch);

    /// <inheritdoc />
    public override ModelOutputs Forward(IReadOnlyDictionary<string, Tensor> inputs, ForwardOptions? options = null)
    {
        var (first, count) = (options ?? ForwardOptions.Default).Chosen(models.Length);
        var each = options is null ? null : options with { FirstMember = 0, MemberCount = null };
        var parts = new List<ModelOutputs>();
        try
        {
            foreach (var model in models.AsSpan(first, count).ToArray())
            {
                parts.Add(model.Forward(inputs, each));
            }

            using var scope = NewDisposeScope();
            return new ModelOutputs(
                parts[0]
                    .Named.Keys.ToDictionary(name => name, name => stack(parts.Select(part => part.Named[name])).DetachFromDisposeScope()) // [members, batch, …]
            );
        }
        finally
        {
            parts.ForEach(part => part.Dispose());
        }
    }

    /// <summary>Frees all models.</summary>
    public override void Dispose()
    {
        foreach (var model in models)
        {
            model.Dispose();
        }
    }
}
