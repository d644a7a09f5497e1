using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Git's hash of an object: SHA-1 of its kind, its length and its bytes.</summary>
internal static class GitHash
{
    /// <returns>40 lower-case hexadecimal digits.</returns>
    /// <param name="kind"><c>blob</c>, <c>tree</c> or <c>commit</c>.</param>
    /// <param name="content">The object's bytes.</param>
    public static string Of(string kind, ReadOnlySpan<byte> content)
    {
#pragma warning disable CA5350 // Git's own hash; it names objects, it does not protect them.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{kind} {content.Length}\0")));
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
