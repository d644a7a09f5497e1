namespace LoRAEnsembleHub.Data;

/// <summary>Pictures or sounds of unknown classes, decoded when asked for.</summary>
internal sealed class GivenItems<T> : LabeledData<T>
{
    private readonly InputItem[] items;
    private readonly Func<InputItem, int, T> read;

    /// <summary>Checks that there are files and bytes only.</summary>
    /// <param name="name">What they are called together.</param>
    /// <param name="classNames">The classes that they are predicted to be of.</param>
    /// <param name="items">Files and bytes; one or more.</param>
    /// <param name="kind">What they must be.</param>
    /// <param name="read">Decodes the file or the bytes of an item; told its place too.</param>
    /// <exception cref="DataSetException">There are none, or one is a text.</exception>
    internal GivenItems(
        string name,
        IReadOnlyList<string> classNames,
        IReadOnlyList<InputItem> items,
        FileKind kind,
        Func<InputItem, int, T> read
    )
    {
        if (items.Count == 0)
        {
            throw DataSetException.Unfit($"There are no {kind.Many} to predict; one or more are needed.");
        }

        if (items.FirstOrDefault(item => item.Text is not null) is { } text)
        {
            throw DataSetException.Unfit(
                $"{text.Source}: this is a text, and the model takes {kind.Many}. Give the files or bytes of {kind.Many}."
            );
        }

        (Name, ClassNames, this.items, this.read) = (name, classNames, [.. items], read);
    }

    public override string Name { get; }

    public override int Count => items.Length;

    public override IReadOnlyList<string> ClassNames { get; }

    public override int Label(int index)
    {
        Checked(index);
        return -1;
    }

    public override T Read(int index) => read(items[Checked(index)], index);

    public override string Source(int index) => items[Checked(index)].Source;
}
