using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>BatchEnsemble members attached to what they share: the base, or weights trained with them.</summary>
internal sealed class ScaleSystem : EnsembleSystem
{
    private readonly PretrainedModel shared;
    private readonly ScaleSet set;
    private readonly bool ownsShared;
    private readonly MemberSet? before;

    /// <summary>Attaches members to what they share.</summary>
    /// <param name="shared">What is attached to it is put back in the end.</param>
    /// <param name="set">Taken over, also when it does not fit.</param>
    /// <param name="isTrained">Whether the shared weights are trained ones, which belong to the ensemble, and not those of the base.</param>
    /// <param name="ownsShared">Whether they are disposed with the system, else the members are taken off them.</param>
    /// <exception cref="Adapters.AdapterException">The set does not fit.</exception>
    public ScaleSystem(PretrainedModel shared, ScaleSet set, bool isTrained, bool ownsShared)
    {
        (this.shared, this.set, IsTrained, this.ownsShared) = (shared, set, isTrained, ownsShared);
        try
        {
            before = shared.Swap(set);
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public override PredictiveModel Model => shared;

    private bool IsTrained { get; }

    /// <inheritdoc />
    public override void Dispose()
    {
        if (ownsShared)
        {
            shared.Dispose();
        }
        else
        {
            shared.Restore(before);
        }

        set.Dispose();
    }

    /// <inheritdoc />
    internal override RepositoryContent Content(EnsembleWriterOptions options) =>
        new()
        {
            Method = EnsembleMethod.BatchEnsemble,
            Files = [ScaleFile.ConfigName, ScaleFile.WeightsName],
            Seeds = set.Seeds,
            Classes = set.Classes,
            Facts = new EnsembleCardFacts(set.Count, 0, set.ParameterCount + (IsTrained ? shared.ParameterCount : 0)),
            WriteMemberAsync = (member, folder, metadata, cancellationToken) =>
                ScaleFile.WriteAsync(folder, set, member, metadata, cancellationToken),
            Shared = IsTrained ? shared : null,
        };
}
