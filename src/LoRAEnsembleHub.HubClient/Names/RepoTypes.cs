namespace LoRAEnsembleHub.Hub;

/// <summary>How each kind of repository is spelled in addresses and folders.</summary>
internal static class RepoTypes
{
    /// <returns><c>model</c>, <c>dataset</c>, …: the spelling of the API and of the command line.</returns>
    public static string Word(this RepoType type) =>
        type switch
        {
            RepoType.Model => "model",
            RepoType.Dataset => "dataset",
            RepoType.Space => "space",
            RepoType.Kernel => "kernel",
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No such kind of repository."),
        };

    /// <returns><c>models</c>, <c>datasets</c>, …: the spelling in <c>/api/…</c> and in cache folders.</returns>
    public static string Plural(this RepoType type) => type.Word() + "s";

    /// <returns>What precedes the id in an address: nothing for models, <c>datasets/</c> and so on for the others.</returns>
    public static string AddressPrefix(this RepoType type) => type == RepoType.Model ? "" : type.Plural() + "/";

    /// <summary>Reads either spelling.</summary>
    /// <returns>Whether <paramref name="word"/> is known.</returns>
    public static bool TryParse(string word, out RepoType type)
    {
        foreach (var candidate in Enum.GetValues<RepoType>())
        {
            if (word == candidate.Word() || word == candidate.Plural())
            {
                type = candidate;
                return true;
            }
        }

        type = default;
        return false;
    }
}
