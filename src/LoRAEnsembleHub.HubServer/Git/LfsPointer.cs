using System.Globalization;
using System.Text;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>The three lines that git holds in place of a large file.</summary>
/// <remarks>git-lfs, docs/spec.md.</remarks>
internal static class LfsPointer
{
    /// <returns>The text, in ASCII.</returns>
    public static byte[] Text(ContentHash sha256, long size) =>
        Encoding.ASCII.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256.Hex}\nsize {size}\n"
            )
        );

    /// <returns>Git's hash of the text.</returns>
    public static string GitOid(ContentHash sha256, long size) => GitHash.Of("blob", Text(sha256, size));
}
