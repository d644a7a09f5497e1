using System.Text;

namespace LoRAEnsembleHub.Weights;

/// <summary>Small text files that are either the old or the new one, never a part.</summary>
internal static class TextFile
{
    /// <summary>Writes UTF-8 without a byte order mark to a temporary sibling and renames it.</summary>
    public static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        // named as the safetensors writer names its own, so that both are known when a killed process left them behind
        var full = Path.GetFullPath(path);
        var aside = Path.Join(Path.GetDirectoryName(full), $".{Path.GetFileName(full)}.{Path.GetRandomFileName()}");
        try
        {
            await File.WriteAllTextAsync(aside, text, new UTF8Encoding(false), cancellationToken).ConfigureAwait(false);
            File.Move(aside, full, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }
}
