using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>An ensemble of any method, ready to predict and to be written as a repository.</summary>
public abstract class EnsembleSystem : IDisposable
{
    private protected EnsembleSystem() { }

    /// <summary>What predicts; it belongs to the system.</summary>
    public abstract PredictiveModel Model { get; }

    /// <summary>The method's name, as manifests have it.</summary>
    public string Method => Content(new EnsembleWriterOptions()).Method;

    /// <summary>Predictions for every input; the members axis of the model's results.</summary>
    public int Members => Model.Members ?? 1;

    /// <summary>Numbers that were learned, or are kept for the members besides the base.</summary>
    public long ParameterCount => Content(new EnsembleWriterOptions()).Facts.Parameters;

    /// <summary>Frees what the system owns; a base that it was given stays.</summary>
    public abstract void Dispose();

    /// <summary>What becomes files.</summary>
    internal abstract RepositoryContent Content(EnsembleWriterOptions options);
}
