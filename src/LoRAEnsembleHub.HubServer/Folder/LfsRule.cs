namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Decides which files git would only point to, as the Hub does: by <c>.gitattributes</c>, or above 10 MB.</summary>
internal sealed class LfsRule
{
    private const long LargestRegularBytes = 10_000_000;

    private readonly List<(GitPattern Pattern, bool IsLarge)> rules = [];

    /// <summary>Reads the rules of a repository.</summary>
    /// <param name="gitAttributes">The text of its <c>.gitattributes</c>; null for the Hub's own.</param>
    public LfsRule(string? gitAttributes)
    {
        foreach (var line in (gitAttributes ?? DefaultText).Split('\n').Select(line => line.Trim()))
        {
            var parts = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length < 2 || parts[0].StartsWith('#'))
            {
                continue;
            }

            var filter = parts.Skip(1).LastOrDefault(part => part.TrimStart('-', '!').StartsWith("filter", StringComparison.Ordinal));
            if (filter is not null)
            {
                rules.Add((new GitPattern(parts[0]), filter == "filter=lfs"));
            }
        }
    }

    /// <summary>What a new repository on the Hub begins with.</summary>
    public static string DefaultText { get; } =
        string.Concat(
            "*.7z *.arrow *.bin *.bz2 *.ckpt *.ftz *.gz *.h5 *.joblib *.lfs.* *.mlmodel *.model *.msgpack *.npy *.npz *.onnx *.ot *.parquet *.pb *.pickle *.pkl *.pt *.pth *.rar *.safetensors saved_model/**/* *.tar.* *.tar *.tflite *.tgz *.wasm *.xz *.zip *.zst *tfevents*"
                .Split(' ')
                .Select(pattern => $"{pattern} filter=lfs diff=lfs merge=lfs -text\n")
        );

    /// <summary>Whether a file is large.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="size">Its size in bytes; an empty file never is.</param>
    public bool IsLarge(string path, long size) =>
        size > 0 && (size > LargestRegularBytes || rules.FindLast(rule => rule.Pattern.Fits(path)) is { Pattern: not null, IsLarge: true });
}
