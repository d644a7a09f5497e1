using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Finds out what a data set holds, of whatever kind it is.</summary>
public static class DataSets
{
    /// <summary>Looks at every part of a data set.</summary>
    /// <param name="path">A folder or file.</param>
    /// <returns>Null where the path holds no data set of a known kind.</returns>
    /// <exception cref="DataSetException">It is a data set, and not as it should be; the message names the file.</exception>
    /// <exception cref="ImageException">The first picture of a part cannot be read.</exception>
    /// <exception cref="AudioException">The first sound of a part cannot be read.</exception>
    public static DataSetFacts? Survey(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Of(path, FileKind.Image.Word, ImageData.FindSplits, split => ImageData.Open(path, split, Picture), SizeOf)
            ?? Of(
                path,
                FileKind.Audio.Word,
                AudioData.FindSplits,
                split => AudioData.Open(path, split, file => AudioDecoder.Read(file)),
                SizeOf
            )
            ?? Of(path, TextExamples.ExampleWord, TextData.FindSplits, split => TextData.Open(path, split), SizeOf);
    }

    private static DataSetFacts? Of<T>(
        string path,
        string word,
        Func<string, IReadOnlyList<string>> find,
        Func<string, LabeledData<T>> open,
        Func<T, string> sizeOf
    )
    {
        LabeledData<T>[] parts = [.. find(path).Select(open)];
        return parts.Length == 0
            ? null
            : new DataSetFacts(
                word,
                [.. parts.SelectMany(part => part.ClassNames).Distinct(StringComparer.Ordinal)],
                [
                    .. parts.Select(part => new DataSplitFacts(
                        part.Name[(part.Name.LastIndexOf('/') + 1)..],
                        part.Count,
                        sizeOf(part.Read(0)),
                        part.CountPerClass().Index().ToDictionary(count => part.ClassNames[count.Index], count => count.Item)
                    )),
                ]
            );
    }

    private static RgbImage Picture(string file) => ImageDecoder.Read(file, ImageOrientation.Upright).Image;

    private static string SizeOf(RgbImage picture) => $"{picture.Height} × {picture.Width} pixels (height × width)";

    private static string SizeOf(TextRow row) => $"{row.Text.Length} characters{(row.Pair is null ? "" : $" and {row.Pair.Length}")}";

    private static string SizeOf(Waveform sound) =>
        FormattableString.Invariant(
            $"{(double)sound.Samples.Length / sound.SampleRateHz:0.###} s at {sound.SampleRateHz} Hz, {sound.StoredChannels} channel{(sound.StoredChannels == 1 ? "" : "s")}, {sound.Format}"
        );
}

/// <summary>What a data set holds.</summary>
/// <param name="Input">What an example is called: <c>image</c>, <c>sound</c>, <c>text</c>.</param>
/// <param name="Classes">The classes of all parts.</param>
/// <param name="Splits">Its parts; 1 or more.</param>
public sealed record DataSetFacts(string Input, IReadOnlyList<string> Classes, IReadOnlyList<DataSplitFacts> Splits);

/// <summary>What one part of a data set holds.</summary>
/// <param name="Name">As data sets are opened by.</param>
/// <param name="Count">Examples.</param>
/// <param name="FirstSize">How large the first example is, in words.</param>
/// <param name="PerClass">Examples by class name.</param>
public sealed record DataSplitFacts(string Name, int Count, string FirstSize, IReadOnlyDictionary<string, int> PerClass);
