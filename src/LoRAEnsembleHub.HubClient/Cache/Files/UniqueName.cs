using System.Security.Cryptography;

namespace LoRAEnsembleHub.Hub;

/// <summary>Names for files that exist only until they are renamed.</summary>
/// <remarks>Eight random digits between the name and its ending, as huggingface_hub's temporary files have.</remarks>
internal static class UniqueName
{
    private const int Digits = 8;

    /// <returns><paramref name="path"/>, eight random hexadecimal digits and <paramref name="ending"/>, with dots between.</returns>
    public static string Beside(string path, string ending) =>
        $"{path}.{RandomNumberGenerator.GetHexString(Digits, lowercase: true)}{ending}";
}
