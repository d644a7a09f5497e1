namespace LoRAEnsembleHub.Data;

/// <summary>The items of another set, each changed when it is read.</summary>
/// <param name="whole">The set.</param>
/// <param name="name">What the changed set is called.</param>
/// <param name="change">Makes of an item and its number the changed item.</param>
internal sealed class ChangedData<T>(LabeledData<T> whole, string name, Func<T, int, T> change) : LabeledData<T>
{
    public override string Name => name;

    public override int Count => whole.Count;

    public override IReadOnlyList<string> ClassNames => whole.ClassNames;

    public override int Label(int index) => whole.Label(index);

    public override T Read(int index) => change(whole.Read(index), index);

    public override string Source(int index) => whole.Source(index);
}
