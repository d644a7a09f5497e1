using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>LoRA members attached to a frozen base.</summary>
internal sealed class AdapterSystem : EnsembleSystem
{
    private readonly PretrainedModel model;
    private readonly AdapterSet set;
    private readonly bool ownsModel;
    private readonly MemberSet? before;

    /// <summary>Attaches members to a base.</summary>
    /// <param name="model">What is attached to it is put back in the end.</param>
    /// <param name="set">Taken over, also when it does not fit.</param>
    /// <param name="ownsModel">Whether the base is disposed with the system, else the members are taken off it.</param>
    /// <exception cref="AdapterException">The set does not fit.</exception>
    public AdapterSystem(PretrainedModel model, AdapterSet set, bool ownsModel = false)
    {
        (this.model, this.set, this.ownsModel) = (model, set, ownsModel);
        try
        {
            before = model.Swap(set);
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public override PredictiveModel Model => model;

    /// <inheritdoc />
    public override void Dispose()
    {
        if (ownsModel)
        {
            model.Dispose();
        }
        else
        {
            model.Restore(before);
        }

        set.Dispose();
    }

    /// <summary>LoRA members as files.</summary>
    /// <param name="set">The members.</param>
    /// <param name="model">Their base.</param>
    /// <param name="options">How they are spelled.</param>
    /// <param name="named">The base's repository where the model does not know it.</param>
    public static RepositoryContent ContentOf(
        AdapterSet set,
        PretrainedModel model,
        EnsembleWriterOptions options,
        ManifestBase? named = null
    )
    {
        var (repoId, revision) = model.Identity.RepoId is { } own ? (own, model.Identity.Revision) : (named?.RepoId, named?.Revision);
        var writer = new PeftWriter(set, model.Catalogue, options.Naming, repoId, revision);
        return new RepositoryContent
        {
            Method = set.Count == 1 ? EnsembleMethod.SingleLora : EnsembleMethod.LoraEnsemble,
            Files = EnsembleMethod.AdapterFiles,
            Seeds = [.. set.Members.Select(member => member.Seed)],
            Classes = set.Classes,
            Facts = new EnsembleCardFacts(set.Count, set.Rank, set.ParameterCount),
            WriteMemberAsync = (member, folder, metadata, cancellationToken) =>
                writer.WriteAsync(folder, member, metadata, cancellationToken),
        };
    }

    /// <inheritdoc />
    internal override RepositoryContent Content(EnsembleWriterOptions options) => ContentOf(set, model, options);
}
