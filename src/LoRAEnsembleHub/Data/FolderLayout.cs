namespace LoRAEnsembleHub.Data;

/// <summary>A way in which a well-known data set lies in its folder.</summary>
/// <typeparam name="T">What an item is: a picture, a sound.</typeparam>
internal abstract class FolderLayout<T>
{
    /// <summary>Whether a folder is laid out like this, by the names in it; what is wrong with it is found when it is opened.</summary>
    internal abstract bool Matches(string folder);

    /// <summary>The parts that the data set is divided into, in one spelling each.</summary>
    /// <exception cref="DataSetException">A table of the folder is not as it should be.</exception>
    internal abstract IReadOnlyList<string> FindSplits(string folder);

    /// <summary>Opens one split.</summary>
    /// <param name="folder">A folder that matches.</param>
    /// <param name="split">Its name, in any usual spelling.</param>
    /// <param name="classNames">The classes wanted, in the order of labels; null takes the data set's own.</param>
    /// <param name="decode">Reads one file; not called where items do not lie in files of their own.</param>
    /// <exception cref="DataSetException">The split is missing, or a file is missing or broken; the message names it.</exception>
    internal abstract LabeledData<T> Open(string folder, string split, IReadOnlyList<string>? classNames, Func<string, T> decode);

    /// <summary>The first layout that a folder has; null for none, or where the path is no folder.</summary>
    internal static FolderLayout<T>? Of(string path, IEnumerable<FolderLayout<T>> known) =>
        Directory.Exists(path) ? known.FirstOrDefault(layout => layout.Matches(path)) : null;
}
