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

    /// <summary>Whole networks as an ensemble.</summary>
    /// <param name="method"><c>explicit-ensemble</c> or <c>snapshot-ensemble</c>.</param>
    /// <param name="networks">One or more of one type with heads of the same classes; disposed with the system.</param>
    /// <param name="seeds">The seed of each, or null where it is not known; null for none.</param>
    /// <exception cref="ArgumentException">The method is another one, or there are not as many seeds as networks.</exception>
    /// <exception cref="ModelException">The networks do not go together.</exception>
    public static EnsembleSystem OfNetworks(string method, IReadOnlyList<PretrainedModel> networks, IReadOnlyList<long?>? seeds = null)
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (method is not (EnsembleMethod.ExplicitEnsemble or EnsembleMethod.SnapshotEnsemble))
        {
            throw new ArgumentException(
                $"The method is {method}; whole networks are an {EnsembleMethod.ExplicitEnsemble} or a {EnsembleMethod.SnapshotEnsemble}.",
                nameof(method)
            );
        }

        return seeds is null || seeds.Count == networks.Count
            ? new NetworkSystem(method, networks, seeds ?? [.. networks.Select(_ => (long?)null)])
            : throw new ArgumentException($"There are {seeds.Count} seeds for {networks.Count} networks.", nameof(seeds));
    }

    /// <summary>Frees what the system owns; a base that it was given stays.</summary>
    public abstract void Dispose();

    /// <summary>What becomes files.</summary>
    internal abstract RepositoryContent Content(EnsembleWriterOptions options);
}
