using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>A base with LoRA members attached, or the base alone, for verbs that work on members themselves.</summary>
internal sealed class LoadedAdapters : IDisposable
{
    private LoadedAdapters(PretrainedModel model, AdapterEnsemble? ensemble) => (Model, Ensemble) = (model, ensemble);

    public PretrainedModel Model { get; }

    public AdapterEnsemble? Ensemble { get; }

    /// <summary>1 for the base alone.</summary>
    public int Members => Ensemble?.Members.Count ?? 1;

    /// <summary>Class names of what predicts.</summary>
    public IReadOnlyList<string> Labels => Ensemble?.Labels ?? Model.Labels;

    /// <summary>How the members become one prediction, as the manifest says.</summary>
    public Aggregation Aggregation => LoadedModel.AggregationOf(Ensemble?.Manifest);

    /// <summary>[members]; 1 where the manifest says nothing.</summary>
    public IReadOnlyList<double> Temperatures => LoadedModel.TemperaturesOf(Ensemble?.Manifest, Members);

    /// <summary>Loads what is asked for; warnings go to the session.</summary>
    /// <exception cref="CommandException">The ensemble consists of something else than LoRA members.</exception>
    public static LoadedAdapters Open(ModelRequest request, Session session)
    {
        if (request.Ensemble is { } other && EnsembleFolder.Open(other).Manifest is { IsLora: false, Method: var method })
        {
            throw CommandException.Usage($"{other} is a {method}; this verb works on LoRA members and on bases alone.");
        }

        var model = PretrainedModels.Load(request.Base!, request.Options);
        try
        {
            LoadedModel.TellUnknown(model, session);
            var ensemble = request.Ensemble is { } folder ? AdapterEnsemble.Load(folder, model, request.AllowBaseMismatch) : null;
            if (ensemble is not null)
            {
                model.Attach(ensemble.Members);
            }

            foreach (var warning in ensemble?.Warnings ?? [])
            {
                session.Warn(warning);
            }

            return new LoadedAdapters(model, ensemble);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Model.Dispose();
        Ensemble?.Dispose();
    }
}
