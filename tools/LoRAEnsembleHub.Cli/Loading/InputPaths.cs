using System.IO.Enumeration;
using LoRAEnsembleHub.Data;

namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>Turns the inputs of a command line into files: files as given, folders and patterns in the order of names.</summary>
internal static class InputPaths
{
    /// <summary>Finds all files.</summary>
    /// <param name="inputs">Files, folders (their files of the kind, not those of folders in them) and patterns with * ? and **.</param>
    /// <param name="kind">What is wanted of folders; a file given by name is taken whatever it is called.</param>
    /// <exception cref="CommandException">An input is not there or holds no file of the kind.</exception>
    public static IReadOnlyList<string> Find(IReadOnlyList<string> inputs, FileKind kind) =>
        [.. inputs.SelectMany(input => Find(input, kind))];

    private static IEnumerable<string> Find(string input, FileKind kind)
    {
        if (File.Exists(input))
        {
            return [input];
        }

        if (Directory.Exists(input))
        {
            return Some(
                Sorted(Directory.EnumerateFiles(input).Where(file => kind.Matches(file) && Path.GetFileName(file)[0] != '.')),
                input,
                $"no file that ends in {kind.Endings}"
            );
        }

        return input.AsSpan().ContainsAny('*', '?')
            ? Some(Sorted(Matches(input)), input, "no file of that pattern")
            : throw CommandException.NotFound(
                $"There is no {kind.Word} {input}.",
                $"Paths are taken from the current folder, {Environment.CurrentDirectory}."
            );
    }

    private static IEnumerable<string> Matches(string pattern)
    {
        var parts = pattern.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        var fixedParts = parts.TakeWhile(part => !part.AsSpan().ContainsAny('*', '?')).ToArray();
        var root = string.Join(Path.DirectorySeparatorChar, fixedParts);
        var start = Path.IsPathRooted(pattern) ? root + Path.DirectorySeparatorChar : root;
        return Walk(start, parts.AsMemory(fixedParts.Length));
    }

    private static IEnumerable<string> Walk(string folder, ReadOnlyMemory<string> parts)
    {
        var here = folder.Length == 0 ? "." : folder;
        if (!Directory.Exists(here))
        {
            return [];
        }

        var part = parts.Span[0];
        if (part == "**")
        {
            var below = Directory.EnumerateDirectories(here).SelectMany(inner => Walk(Joined(folder, inner), parts));
            return parts.Length == 1 ? [] : Walk(folder, parts[1..]).Concat(below);
        }

        bool Fits(string path) => FileSystemName.MatchesSimpleExpression(part, Path.GetFileName(path), ignoreCase: false);
        return parts.Length == 1
            ? Directory.EnumerateFiles(here).Where(Fits).Select(file => Joined(folder, file))
            : Directory.EnumerateDirectories(here).Where(Fits).SelectMany(inner => Walk(Joined(folder, inner), parts[1..]));
    }

    private static string Joined(string folder, string path) => Path.Combine(folder, Path.GetFileName(path));

    private static string[] Sorted(IEnumerable<string> files) => [.. files.Order(StringComparer.Ordinal)];

    private static string[] Some(string[] files, string input, string lack) =>
        files.Length > 0 ? files : throw CommandException.NotFound($"{input}: there is {lack}.");
}
