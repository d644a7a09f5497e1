namespace LoRAEnsembleHub.Data;

/// <summary>Tells by their names what the columns of a table of texts are.</summary>
internal sealed class TextColumns
{
    private static readonly string[] texts = ["text", "sentence", "review", "content", "text1", "sentence1", "question1", "premise"];
    private static readonly string[] pairs = ["pair", "text_pair", "text2", "sentence2", "question2", "hypothesis"];
    private static readonly string[] labels = ["label", "labels", "class", "sentiment", "target"];
    private static readonly string[] splits = ["split", "set"];

    private TextColumns(int text, int? pair, int? label, int? split) => (Text, Pair, Label, Split) = (text, pair, label, split);

    public int Text { get; }

    public int? Pair { get; }

    public int? Label { get; }

    public int? Split { get; }

    /// <summary>The names that a column of texts may have.</summary>
    public static string TextNames => string.Join(", ", texts);

    /// <summary>Whether there is a column of texts.</summary>
    public static bool HasText(IReadOnlyList<string> names) => names.Any(name => texts.Contains(name, StringComparer.OrdinalIgnoreCase));

    /// <summary>Finds the columns.</summary>
    /// <param name="names">All columns; others are ignored.</param>
    /// <param name="where">For messages.</param>
    /// <exception cref="DataSetException">There is no column of texts, or two could be the same thing.</exception>
    public static TextColumns Find(IReadOnlyList<string> names, string where)
    {
        int? One(string[] known, string what)
        {
            var found = names.Index().Where(name => known.Contains(name.Item, StringComparer.OrdinalIgnoreCase)).ToArray();
            return found switch
            {
                [] => null,
                [var only] => only.Index,
                _ => throw DataSetException.Unfit(
                    $"{where}: the columns {string.Join(" and ", found.Select(name => name.Item))} could both be {what}. Rename all but one."
                ),
            };
        }

        return new TextColumns(
            One(texts, "the text")
                ?? throw DataSetException.Unfit(
                    $"{where}: no column of texts. Found: {string.Join(", ", names)}. Call the column one of {TextNames}."
                ),
            One(pairs, "the second text"),
            One(labels, "the label"),
            One(splits, "the split")
        );
    }
}
