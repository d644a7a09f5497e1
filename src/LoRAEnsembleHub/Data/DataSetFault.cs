namespace LoRAEnsembleHub.Data;

/// <summary>What can be wrong with a data set.</summary>
public enum DataSetFault
{
    /// <summary>It is sound, and not what was asked for: other classes, no labels, two files that could both be meant.</summary>
    Unfit,

    /// <summary>The split, or a file that belongs to the set, is not there.</summary>
    NotFound,

    /// <summary>A file is damaged, cut short, of another kind, or contradicts itself.</summary>
    Malformed,
}
