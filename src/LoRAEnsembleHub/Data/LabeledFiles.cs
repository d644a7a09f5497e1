namespace LoRAEnsembleHub.Data;

/// <summary>Items of one file each, decoded when asked for.</summary>
/// <param name="name">What the set is called.</param>
/// <param name="classNames">The classes.</param>
/// <param name="files">Files and their labels.</param>
/// <param name="decode">Reads one file.</param>
internal sealed class LabeledFiles<T>(
    string name,
    IReadOnlyList<string> classNames,
    IReadOnlyList<(string File, int Label)> files,
    Func<string, T> decode
) : LabeledData<T>
{
    public override string Name => name;

    public override int Count => files.Count;

    public override IReadOnlyList<string> ClassNames => classNames;

    public override int Label(int index) => At(index).Label;

    public override T Read(int index) => decode(At(index).File);

    public override string Source(int index) => At(index).File;

    private (string File, int Label) At(int index) => files[Checked(index)];
}
