namespace LoRAEnsembleHub.Data;

/// <summary>Texts in memory.</summary>
/// <param name="name">What the set is called.</param>
/// <param name="classNames">The classes; none where the texts have no labels.</param>
/// <param name="texts">The texts and their labels.</param>
internal sealed class LabeledTexts(string name, IReadOnlyList<string> classNames, IReadOnlyList<(TextRow Row, int Label)> texts)
    : LabeledData<TextRow>
{
    public override string Name => name;

    public override int Count => texts.Count;

    public override IReadOnlyList<string> ClassNames => classNames;

    public override int Label(int index) => At(index).Label;

    public override TextRow Read(int index) => At(index).Row;

    public override string Source(int index) => At(index).Row.Source;

    private (TextRow Row, int Label) At(int index) => texts[Checked(index)];
}
