// The build compiles this file as an inline task against netstandard2.0; the tests compile it once more, without the task.
#nullable enable
using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Text;

namespace LoRAEnsembleHub.Build;

/// <summary>What is to be done with one native library of TorchSharp so that it loads here.</summary>
internal enum TorchShimVerdict
{
    /// <summary>Nothing in it is newer than the system.</summary>
    Loads,

    /// <summary>It is the known library, and asks for one version too many; <see cref="TorchShim.Patched"/> puts that right.</summary>
    Patch,

    /// <summary>It asks for more than the system has, and it is not the library whose cure is known.</summary>
    Unknown,

    /// <summary>The system lacks more than the one version that can be done without.</summary>
    TooOld,
}

/// <summary>Makes TorchSharp 0.107's library for Linux load on systems whose libstdc++ is from GCC 12.</summary>
/// <remarks>
/// libLibTorchSharp.so was linked with GCC 13, whose headers mention ios_base_library_init, a symbol of GLIBCXX_3.4.32. No relocation
/// refers to it, so nothing ever looks it up, but the loader checks the version's name all the same and refuses the library. The patch
/// sets VER_FLG_WEAK on that one version (vna_flags of its entry in .gnu.version_r): a weak version that is absent is not an error. One
/// byte changes, no name does, and where the version exists the patched library behaves as before. Streams are initialised by
/// libstdc++ itself from GCC 13 on, and before that by the ios_base::Init objects in libtorch, which the library depends on.
/// </remarks>
internal static class TorchShim
{
    /// <summary>SHA-256 of the library as it comes in TorchSharp 0.107.0.</summary>
    public const string KnownHash = "cf33b1b0bb6bbb9754a768fb5c5d04d9f498603be50e73f55621a0b40ee608b8";

    /// <summary>SHA-256 of the same library after the patch.</summary>
    public const string PatchedHash = "5968efac8270eff8a2b5ca7381612ea9cc54d81cf4104a54e0e6106b7b5f11e3";

    private const int OptionalVersion = 32; // the N of GLIBCXX_3.4.N that the patch makes optional
    private const int NeededVersion = 30; // the newest one that has symbols in use
    private const int FlagsOffset = 0x3fa34; // .gnu.version_r at 0x3f8f0, entry at 0x140, vna_flags at 4
    private const byte WeakFlag = 2; // VER_FLG_WEAK

    private static readonly byte[] VersionPrefix = Encoding.ASCII.GetBytes("GLIBCXX_3.4.");
    private static readonly byte[] LibraryName = Encoding.ASCII.GetBytes("/libstdc++.so.6\0");
    private static readonly string[] UsualFolders =
    [
        "/usr/lib/x86_64-linux-gnu",
        "/lib/x86_64-linux-gnu",
        "/usr/lib64",
        "/lib64",
        "/usr/lib",
    ];

    /// <summary>Decides about a library, given the newest GLIBCXX_3.4.N of the system (null: not known, so assume an old one).</summary>
    public static TorchShimVerdict Judge(byte[] library, int? systemVersion)
    {
        var hash = Hash(library);
        if (hash == PatchedHash || NewestVersion(library) <= (systemVersion ?? 0))
        {
            return TorchShimVerdict.Loads;
        }

        if (hash != KnownHash)
        {
            return TorchShimVerdict.Unknown;
        }

        return systemVersion < NeededVersion ? TorchShimVerdict.TooOld : TorchShimVerdict.Patch;
    }

    /// <summary>The known library with GLIBCXX_3.4.32 made optional, as a new array.</summary>
    /// <exception cref="InvalidDataException">It is not the known library, or the result is not the expected one.</exception>
    public static byte[] Patched(byte[] library)
    {
        var found = Hash(library);
        if (found != KnownHash)
        {
            throw new InvalidDataException($"The library has SHA-256 {found}; the patch is known to fit only {KnownHash}.");
        }

        var patched = (byte[])library.Clone();
        patched[FlagsOffset] |= WeakFlag;
        var made = Hash(patched);
        return made == PatchedHash
            ? patched
            : throw new InvalidDataException($"The patched library has SHA-256 {made}; {PatchedHash} was expected.");
    }

    /// <summary>Puts bytes in a file by writing beside it and renaming, so that nobody ever sees half a file.</summary>
    /// <returns>False where the file already held these bytes and was left alone.</returns>
    public static bool Write(string path, byte[] content)
    {
        if (File.Exists(path) && Hash(File.ReadAllBytes(path)) == Hash(content))
        {
            return false;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var aside = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            File.WriteAllBytes(aside, content);
            if (File.Exists(path))
            {
                File.Replace(aside, path, null);
            }
            else
            {
                File.Move(aside, path);
            }
        }
        finally
        {
            File.Delete(aside);
        }

        return true;
    }

    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    public static string Hash(byte[] content)
    {
        using var sha = SHA256.Create();
        return BitConverter.ToString(sha.ComputeHash(content)).Replace("-", "").ToLowerInvariant();
    }

    /// <summary>The largest N of all GLIBCXX_3.4.N named in a library: defined by libstdc++, asked for by others; 0 without any.</summary>
    public static int NewestVersion(byte[] library)
    {
        var newest = 0;
        foreach (var start in Find(library, VersionPrefix))
        {
            var number = 0;
            for (
                var i = start + VersionPrefix.Length;
                i < library.Length && library[i] is >= (byte)'0' and <= (byte)'9' && number < 1000;
                i++
            )
            {
                number = (number * 10) + library[i] - '0';
            }

            newest = Math.Max(newest, number);
        }

        return newest;
    }

    /// <summary>The libstdc++.so.6 that the loader would take for a 64-bit x86 program, or null.</summary>
    public static string? FindSystemLibrary()
    {
        foreach (var path in Candidates())
        {
            if (IsForX64(path))
            {
                return path;
            }
        }

        return null;
    }

    private static IEnumerable<string> Candidates()
    {
        const string cache = "/etc/ld.so.cache"; // binary, but each path in it is a plain string that ends with a zero byte
        if (File.Exists(cache))
        {
            var bytes = File.ReadAllBytes(cache);
            foreach (var slash in Find(bytes, LibraryName))
            {
                var start = Array.LastIndexOf(bytes, (byte)0, slash) + 1;
                yield return Encoding.UTF8.GetString(bytes, start, slash + LibraryName.Length - 1 - start);
            }
        }

        foreach (var folder in UsualFolders)
        {
            yield return folder + "/libstdc++.so.6";
        }
    }

    private static bool IsForX64(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var stream = File.OpenRead(path);
        var header = new byte[20];
        return stream.Read(header, 0, header.Length) == header.Length
            && header[0] == 0x7f
            && header[1] == 'E'
            && header[4] == 2 // ELFCLASS64
            && header[18] == 62; // EM_X86_64
    }

    private static IEnumerable<int> Find(byte[] content, byte[] pattern)
    {
        for (var at = Array.IndexOf(content, pattern[0]); at >= 0; at = Array.IndexOf(content, pattern[0], at + 1))
        {
            var length = 0;
            while (length < pattern.Length && at + length < content.Length && content[at + length] == pattern[length])
            {
                length++;
            }

            if (length == pattern.Length)
            {
                yield return at;
            }
        }
    }
}

#if !NET
/// <summary>Makes a copy of TorchSharp's native library that loads on the system that builds, or, asked to, on all.</summary>
public sealed class PatchTorchShim : Microsoft.Build.Utilities.Task
{
    [Microsoft.Build.Framework.Required]
    public string Source { get; set; } = "";

    [Microsoft.Build.Framework.Required]
    public string Destination { get; set; } = "";

    /// <summary>Patch the known library whatever the system that builds has, because the result will travel.</summary>
    public bool Always { get; set; }

    public override bool Execute()
    {
        var library = File.ReadAllBytes(Source);
        var system = TorchShim.FindSystemLibrary();
        var version = system is null ? (int?)null : TorchShim.NewestVersion(File.ReadAllBytes(system));
        var verdict = TorchShim.Judge(library, Always ? null : version);
        if (verdict == TorchShimVerdict.Unknown)
        {
            Warn(
                "LEH0001",
                $"{Source} asks for GLIBCXX_3.4.{TorchShim.NewestVersion(library)}, and {Describe(system, version)}. "
                    + $"Its SHA-256 is {TorchShim.Hash(library)}; the patch that cures this is known only for {TorchShim.KnownHash} "
                    + "(TorchSharp 0.107.0), so the library stays as it is. Use TorchSharp 0.107.0, or a system with a newer libstdc++, "
                    + "or set the property TorchShimPatch to never if the program will run elsewhere."
            );
        }
        else if (verdict == TorchShimVerdict.TooOld)
        {
            Warn(
                "LEH0002",
                $"{Source} needs GLIBCXX_3.4.30 (GCC 12) even when patched, and {Describe(system, version)}. Programs that use torch "
                    + "will not start here: use a system with a newer libstdc++, such as Debian 12 or Ubuntu 22.04."
            );
        }

        var content = verdict == TorchShimVerdict.Patch ? TorchShim.Patched(library) : library;
        var written = TorchShim.Write(Destination, content);
        Log.LogMessage(
            Microsoft.Build.Framework.MessageImportance.Normal,
            $"{Destination}: {(verdict == TorchShimVerdict.Patch ? "patched" : "as it came")}, {(written ? "written" : "nothing to do")} "
                + $"({Describe(system, version)})."
        );
        // The target that runs this compares times, and an untouched file must count as up to date.
        File.SetLastWriteTimeUtc(Destination, DateTime.UtcNow);
        return !Log.HasLoggedErrors;
    }

    private static string Describe(string? system, int? version) =>
        system is null ? "no libstdc++.so.6 was found on this system" : $"{system} defines up to GLIBCXX_3.4.{version}";

    private void Warn(string code, string message) => Log.LogWarning(null, code, null, Source, 0, 0, 0, 0, message);
}
#endif
