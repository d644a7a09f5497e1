namespace LoRAEnsembleHub.Data;

/// <summary>Some items of another set, in a given order.</summary>
internal sealed class DataView<T>(LabeledData<T> whole, int[] chosen) : LabeledData<T>
{
    public override string Name => whole.Name;

    public override int Count => chosen.Length;

    public override IReadOnlyList<string> ClassNames => whole.ClassNames;

    public override int Label(int index) => whole.Label(Chosen(index));

    public override T Read(int index) => whole.Read(Chosen(index));

    public override string Source(int index) => whole.Source(Chosen(index));

    private int Chosen(int index) => chosen[Checked(index)];
}
