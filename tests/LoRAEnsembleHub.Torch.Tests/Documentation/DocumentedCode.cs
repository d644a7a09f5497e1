namespace LoRAEnsembleHub.Torch.Tests.Documentation;

/// <summary>Code in documents is code that is compiled and run here.</summary>
public sealed class DocumentedCode
{
    [Fact]
    public void Every_block_of_code_is_a_part_of_the_tested_tour()
    {
        var tour = Lines(
            File.ReadLines(
                Path.Combine(Golden.Repository, "tests", "LoRAEnsembleHub.Torch.Tests", "Documentation", $"{nameof(LibraryTour)}.cs")
            )
        );
        string[] documents = [Path.Combine(Golden.Repository, "README.md"), Path.Combine(Golden.Repository, "docs", "library.md")];
        var blocks = documents.SelectMany(Blocks).ToArray();
        Assert.Equal(7, blocks.Length);
        Assert.All(blocks, block => Assert.Contains(block, tour, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Blocks(string document)
    {
        var block = (List<string>?)null;
        foreach (var line in File.ReadLines(document))
        {
            if (block is null)
            {
                block = line.StartsWith("```csharp", StringComparison.Ordinal) ? [] : null;
            }
            else if (line.StartsWith("```", StringComparison.Ordinal))
            {
                yield return Lines(block);
                block = null;
            }
            else
            {
                block.Add(line);
            }
        }
    }

    // Lines without their indentation, which differs between a document and a class.
    private static string Lines(IEnumerable<string> lines) =>
        string.Join('\n', lines.Select(line => line.Trim()).Where(line => line.Length > 0));
}
