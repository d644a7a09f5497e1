namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>The containers that Python's loaders open on their own.</summary>
internal enum ContentKind
{
    /// <summary>None: taken for a pickle where the name says so.</summary>
    Plain,

    /// <summary>A zip archive, as torch writes.</summary>
    Zip,

    /// <summary>A tar archive, as the first versions of torch wrote.</summary>
    Tar,

    /// <summary>Compressed by gzip, as joblib may.</summary>
    Gzip,

    /// <summary>Compressed by zlib, as joblib does.</summary>
    Zlib,

    /// <summary>Compressed in a way that is not unpacked here.</summary>
    OtherArchive,
}
