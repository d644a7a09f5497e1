using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>One network and the passes of a Monte Carlo dropout through it.</summary>
internal sealed class DropoutSystem : EnsembleSystem
{
    private readonly PretrainedModel model;
    private readonly DropoutPasses passes;

    /// <param name="model">Taken over; nothing is attached to it.</param>
    /// <param name="passes">Taken over.</param>
    /// <exception cref="Adapters.AdapterException">The passes bring heads that do not fit; both are disposed.</exception>
    public DropoutSystem(PretrainedModel model, DropoutPasses passes)
    {
        (this.model, this.passes) = (model, passes);
        try
        {
            model.Attach(passes);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public override PredictiveModel Model => model;

    /// <inheritdoc />
    public override void Dispose()
    {
        model.Dispose();
        passes.Dispose();
    }

    /// <inheritdoc />
    internal override RepositoryContent Content(EnsembleWriterOptions options) =>
        new()
        {
            Method = EnsembleMethod.McDropout,
            Files = passes.Heads.Count > 0 ? [.. EnsembleMethod.ModelFiles, EnsembleMethod.HeadsFile] : EnsembleMethod.ModelFiles,
            Seeds = [passes.Settings.Seed],
            Classes = passes.Classes ?? model.Labels.Count,
            Facts = new EnsembleCardFacts(passes.Count, 0, model.ParameterCount + passes.ParameterCount),
            WriteMemberAsync = async (_, folder, metadata, cancellationToken) =>
            {
                await model.SaveAsync(folder, metadata, cancellationToken).ConfigureAwait(false);
                if (passes.Heads.Count > 0)
                {
                    var entries = new Dictionary<string, string>(metadata) { ["format"] = "pt" };
                    await TensorFile
                        .WriteAsync(Path.Combine(folder, EnsembleMethod.HeadsFile), passes.Heads, entries, cancellationToken)
                        .ConfigureAwait(false);
                }
            },
            Dropout = passes.Settings,
        };
}
