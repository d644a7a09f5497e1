using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Opens labelled sounds in the layouts that data sets commonly come in.</summary>
public static class AudioData
{
    private static readonly FolderLayout<Waveform>[] layouts = [new EscFolder()];

    /// <summary>Opens one split of a data set.</summary>
    /// <param name="path">
    /// A folder of ESC-50 (<c>meta/esc50.csv</c> and <c>audio</c>); of <c>split/class/sound.wav</c> or <c>class/sound.wav</c>; or a CSV with the columns <c>path</c> and <c>label</c>, and if
    /// wanted <c>name</c> and <c>split</c>, given itself or as the only <c>labels.csv</c> or <c>*.csv</c> of a folder. Sounds are WAV, FLAC
    /// and OGG Vorbis.
    /// </param>
    /// <param name="split">
    /// As for <see cref="ImageData.Open"/>. ESC-50 has its folds <c>fold1</c> … <c>fold5</c>, what is left without one
    /// (<c>all-but-fold1</c> …), <c>all</c>, and as <c>test</c> and <c>train</c> fold 1 and the rest.
    /// </param>
    /// <param name="decode">Reads one file; not called while opening.</param>
    /// <param name="classNames">As for <see cref="ImageData.Open"/>.</param>
    /// <returns>The sounds of the split, in file order.</returns>
    /// <exception cref="DirectoryNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="DataSetException">The split is missing, or the data are not as described; the message names the file.</exception>
    public static LabeledData<Waveform> Open(
        string path,
        string split,
        Func<string, Waveform> decode,
        IReadOnlyList<string>? classNames = null
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentException.ThrowIfNullOrWhiteSpace(split);
        ArgumentNullException.ThrowIfNull(decode);
        return FileData.Open(path, split, classNames, FileKind.Audio, decode, layouts);
    }

    /// <summary>The parts that a data set is divided into.</summary>
    /// <param name="path">As for <see cref="Open"/>.</param>
    /// <returns>As for <see cref="ImageData.FindSplits"/>.</returns>
    /// <exception cref="DataSetException">A table of sounds is not as it should be.</exception>
    public static IReadOnlyList<string> FindSplits(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return FileData.FindSplits(path, FileKind.Audio, layouts);
    }
}
