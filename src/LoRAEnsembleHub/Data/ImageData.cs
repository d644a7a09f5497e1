using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Opens labelled images in the layouts that data sets commonly come in.</summary>
public static class ImageData
{
    private static readonly FolderLayout<RgbImage>[] layouts = [new IdxFolder(), new CifarFolder(), new HamFolder()];

    /// <summary>Opens one split of a data set.</summary>
    /// <param name="path">
    /// A folder of IDX files as MNIST has them (<c>train-images-idx3-ubyte.gz</c>, <c>t10k-…</c> or <c>test-…</c>, plain or gzipped); the
    /// binary version of CIFAR-10 or CIFAR-100 (<c>data_batch_1.bin</c>, <c>train.bin</c>); HAM10000 (<c>HAM10000_metadata.csv</c>); a
    /// folder of <c>split/class/image.png</c> or <c>class/image.png</c>; or a CSV with the columns <c>path</c> and <c>label</c>, and if
    /// wanted <c>name</c> and <c>split</c>, given itself or as the only <c>labels.csv</c> or <c>*.csv</c> of a folder.
    /// </param>
    /// <param name="split">
    /// <c>train</c>, <c>test</c>, <c>validation</c>, or any other part the data set has. A data set that is not divided is opened whole
    /// under each of these three names and <c>all</c>, and is then called <c>…/all</c>. HAM10000, which comes undivided, has <c>train</c> and
    /// <c>test</c> as published, <c>train-by-lesion</c> and <c>test-by-lesion</c> with all pictures of a lesion on one side, and <c>all</c>.
    /// </param>
    /// <param name="decode">Reads one image file; not called while opening, and never for IDX and CIFAR.</param>
    /// <param name="classNames">
    /// The classes in the order of the labels wanted, as a model's labels; the data set's classes are matched by name if it names them.
    /// Null takes the data set's own: <c>classes.txt</c> or <c>labels.txt</c> (one a line), <c>class_names</c> in the front matter of
    /// <c>README.md</c>, folder names or the column <c>name</c>, else "0", "1", ….
    /// </param>
    /// <returns>The images of the split, in file order.</returns>
    /// <exception cref="DirectoryNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="DataSetException">The split is missing, or the data are not as described; the message names the file.</exception>
    public static LabeledData<RgbImage> Open(
        string path,
        string split,
        Func<string, RgbImage> decode,
        IReadOnlyList<string>? classNames = null
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentException.ThrowIfNullOrWhiteSpace(split);
        ArgumentNullException.ThrowIfNull(decode);
        return FileData.Open(path, split, classNames, FileKind.Image, decode, layouts);
    }

    /// <summary>The parts that a data set is divided into.</summary>
    /// <param name="path">As for <see cref="Open"/>.</param>
    /// <returns>Their names as <see cref="Open"/> takes them, the usual ones in one spelling; <c>all</c> alone where it is not divided; none where the path holds no data set.</returns>
    /// <exception cref="DataSetException">A table of images is not as it should be.</exception>
    public static IReadOnlyList<string> FindSplits(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return FileData.FindSplits(path, FileKind.Image, layouts);
    }
}
