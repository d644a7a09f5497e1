using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Native;
using TorchSharp;

namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>A base with an ensemble attached, or the base alone.</summary>
internal sealed class LoadedModel : IDisposable
{
    private LoadedModel(PretrainedModel model) => Model = model;

    public PretrainedModel Model { get; }

    /// <summary>Null for the base alone.</summary>
    public AdapterEnsemble? Ensemble { get; private set; }

    /// <summary>1 for the base alone.</summary>
    public int Members => Ensemble?.Members.Count ?? 1;

    /// <summary>Class names of what predicts.</summary>
    public IReadOnlyList<string> Labels => Ensemble?.Labels ?? Model.Labels;

    /// <summary>How the members become one prediction, as the manifest says.</summary>
    public Aggregation Aggregation => AggregationOf(Ensemble);

    /// <summary>[members]; 1 where the manifest says nothing.</summary>
    public IReadOnlyList<double> Temperatures => TemperaturesOf(Ensemble, Members);

    /// <summary>Loads base and ensemble and attaches it; warnings go to the session.</summary>
    public static LoadedModel Open(ModelRequest request, Session session)
    {
        var options = new ModelOptions
        {
            Device = ComputeDevice.Parse(request.Device),
            Dtype = request.UsesBFloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32,
            Route = request.Route,
        };
        var model = PretrainedModels.Load(request.Base, options);
        try
        {
            if (model.Report.UnknownConfigFields is { Count: > 0 } unknown)
            {
                session.Note($"Fields of config.json that are not known and were not used: {string.Join(", ", unknown)}.");
            }

            var loaded = new LoadedModel(model);
            loaded.Take(request.Ensemble, request.AllowBaseMismatch, session);
            return loaded;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Lets the attached ensemble go and attaches another one, or none; nothing happens where it is attached already.</summary>
    public void Take(string? folder, bool allowBaseMismatch, Session session)
    {
        if (folder == Ensemble?.Folder)
        {
            return;
        }

        Model.Detach();
        Ensemble?.Dispose();
        Ensemble = null;
        if (folder is null)
        {
            return;
        }

        Ensemble = AdapterEnsemble.Load(folder, Model, allowBaseMismatch);
        Model.Attach(Ensemble.Members);
        foreach (var warning in Ensemble.Warnings)
        {
            session.Warn(warning);
        }
    }

    public static Aggregation AggregationOf(AdapterEnsemble? ensemble) =>
        ensemble?.Manifest?.Aggregation == "mean_logit" ? Aggregation.MeanLogit : Aggregation.MeanProbability;

    public static IReadOnlyList<double> TemperaturesOf(AdapterEnsemble? ensemble, int members) =>
        ensemble?.Manifest?.Temperatures ?? [.. Enumerable.Repeat(1.0, members)];

    public void Dispose()
    {
        Model.Dispose();
        Ensemble?.Dispose();
    }
}
