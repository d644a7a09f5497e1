namespace LoRAEnsembleHub.Hub;

/// <summary>What a repository holds; each kind has its own addresses and cache folders.</summary>
public enum RepoType
{
    /// <summary>A model, adapter or ensemble.</summary>
    Model,

    /// <summary>A data set.</summary>
    Dataset,

    /// <summary>A space (a hosted program).</summary>
    Space,

    /// <summary>A compute kernel.</summary>
    Kernel,
}
