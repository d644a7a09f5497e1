using System.Buffers;

namespace LoRAEnsembleHub.Hub;

/// <summary>Sets of characters that names are held to.</summary>
internal static class NameCharacters
{
    /// <summary>What a part of a repository id is made of.</summary>
    public static SearchValues<char> RepoPart { get; } =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    /// <summary>The digits of a hash, in the one spelling that counts.</summary>
    public static SearchValues<char> Hex { get; } = SearchValues.Create("0123456789abcdef");

    /// <summary>What Windows does not allow in file names, besides separators and <c>:</c>.</summary>
    public static SearchValues<char> WindowsForbidden { get; } = SearchValues.Create("<>\"|?*");

    /// <summary>What git does not allow in the name of a branch or tag.</summary>
    public static SearchValues<char> RefForbidden { get; } = SearchValues.Create(" ~^:?*[\\\u007f");
}
