using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Inspection;

/// <summary>Notes and problems at the end of a report.</summary>
internal static class Remarks
{
    public static IEnumerable<Block> Blocks(IReadOnlyList<string> notes, IReadOnlyList<string> problems)
    {
        if (notes.Count + problems.Count > 0)
        {
            yield return new Paragraph(problems.Count > 0 ? $"Problems: {problems.Count}" : "Notes", Tone.Heading);
        }

        foreach (var problem in problems)
        {
            yield return new Paragraph($"✗ {problem}", Tone.Bad);
        }

        foreach (var note in notes)
        {
            yield return new Paragraph($"· {note}");
        }
    }
}
