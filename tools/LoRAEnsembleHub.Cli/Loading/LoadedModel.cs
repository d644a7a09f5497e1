using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>An ensemble of any method, or a base alone.</summary>
internal sealed class LoadedModel : IDisposable
{
    private LoadedModel(PredictiveModel model, IReadOnlyList<string> labels, LoadedEnsemble? ensemble) =>
        (Model, Labels, Ensemble) = (model, labels, ensemble);

    public PredictiveModel Model { get; }

    public LoadedEnsemble? Ensemble { get; }

    /// <summary>1 for the base alone.</summary>
    public int Members => Model.Members ?? 1;

    /// <summary>Class names of what predicts.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>How the members become one prediction, as the manifest says.</summary>
    public Aggregation Aggregation => Ensemble?.Aggregation ?? Aggregation.MeanProbability;

    /// <summary>[members]; 1 where the manifest says nothing.</summary>
    public IReadOnlyList<double> Temperatures => Ensemble?.Temperatures ?? [1];

    /// <summary>The ensemble's manifest; of plain adapters one that names their classes. There is an ensemble.</summary>
    public EnsembleManifest Manifest =>
        Ensemble!.Manifest
        ?? new EnsembleManifest { Id2Label = Labels.Index().ToDictionary(label => $"{label.Index}", label => label.Item) };

    /// <summary>The base, of a base alone and of LoRA members.</summary>
    public PretrainedModel Base => (PretrainedModel)Model;

    /// <summary>The LoRA members that are attached to the base, or null.</summary>
    public AdapterSet? Adapters => (Model as PretrainedModel)?.Attached as AdapterSet;

    /// <summary>Loads what is asked for, for verbs that work on LoRA members themselves; warnings go to the session.</summary>
    /// <exception cref="CommandException">The ensemble consists of something else than LoRA members.</exception>
    public static LoadedModel OpenLora(ModelRequest request, Session session) =>
        request.Ensemble is { } folder && EnsembleFolder.Open(folder) is { Manifest: { IsLora: false, Method: var method } manifest } found
            ? throw CommandException.Usage(
                $"The method of {folder} is {method}; this verb works on LoRA members and on bases alone.",
                manifest.NeedsBase || manifest.Shared is not null
                    ? null
                    : $"{found.MemberFolders[0]} is a plain model already; it can be a base."
            )
            : Open(request, session);

    /// <summary>Loads what is asked for; warnings go to the session.</summary>
    public static LoadedModel Open(ModelRequest request, Session session)
    {
        var options = request.Options;
        if (request.Ensemble is not { } folder)
        {
            var model = PretrainedModels.Load(request.Base!, options);
            TellUnknown(model, session);
            return new LoadedModel(model, model.Labels, null);
        }

        var ensemble = LoadedEnsemble.Load(folder, request.Base, options, request.AllowBaseMismatch, request.Members);
        if (ensemble.System.Model is PretrainedModel shared)
        {
            TellUnknown(shared, session);
        }

        foreach (var warning in ensemble.Warnings)
        {
            session.Warn(warning);
        }

        if (request.Members is not null && ensemble.Manifest?.Temperatures.Any(temperature => temperature != 1) == true)
        {
            session.Warn($"The temperature of {folder} was fitted with all its members; these alone may need another.");
        }

        return new LoadedModel(ensemble.System.Model, ensemble.Labels, ensemble);
    }

    public void Dispose()
    {
        Model.Dispose();
        Ensemble?.Dispose();
    }

    /// <summary>Tells of fields of a config that were not used.</summary>
    public static void TellUnknown(PretrainedModel model, Session session)
    {
        if (model.Report.UnknownConfigFields is { Count: > 0 } unknown)
        {
            session.Note($"Fields of config.json that are not known and were not used: {string.Join(", ", unknown)}.");
        }
    }
}
