using System.Globalization;

namespace LoRAEnsembleHub.Hub;

/// <summary>What is recorded of a file that was pulled into a folder of the user's.</summary>
internal sealed record LocalFileRecord
{
    /// <summary>The commit it was pulled at.</summary>
    public required CommitHash Commit { get; init; }

    /// <summary>The content it had then.</summary>
    public required ContentHash Hash { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset Written { get; init; }

    /// <returns>The three lines that huggingface_hub keeps: commit, etag, seconds since 1970.</returns>
    public string ToText()
    {
        var seconds = (Written - DateTimeOffset.UnixEpoch).Ticks / (decimal)TimeSpan.TicksPerSecond;
        return string.Create(CultureInfo.InvariantCulture, $"{Commit}\n{Hash}\n{seconds:0.0######}\n");
    }

    /// <returns>The record in a text; null if it is none.</returns>
    public static LocalFileRecord? Parse(string text)
    {
        var lines = text.Split('\n');
        return
            lines.Length is 3 or 4
            && lines.Skip(3).All(line => line.Length == 0)
            && CommitHash.TryParse(lines[0].Trim(), out var commit)
            && ContentHash.TryParse(lines[1].Trim(), out var hash)
            && double.TryParse(lines[2].Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and <= LastSecond
            ? new()
            {
                Commit = commit,
                Hash = hash,
                Written = DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond)),
            }
            : null;
    }

    private const double LastSecond = 250_000_000_000; // In the year 9892; .NET counts to the end of 9999.
}
