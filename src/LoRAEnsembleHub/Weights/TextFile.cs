using System.Text;

namespace LoRAEnsembleHub.Weights;

/// <summary>Small text files that are either the old or the new one, never a part.</summary>
internal static class TextFile
{
    /// <summary>Writes UTF-8 without a byte order mark to a temporary sibling and renames it.</summary>
    public static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        var aside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            await File.WriteAllTextAsync(aside, text, new UTF8Encoding(false), cancellationToken).ConfigureAwait(false);
            File.Move(aside, path, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }
}
