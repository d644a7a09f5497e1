namespace LoRAEnsembleHub.Inputs;

/// <summary>Tokens and their ids.</summary>
internal sealed class Vocabulary
{
    private readonly string[] tokens;
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);

    /// <summary>Takes tokens in the order of their ids; a token that comes twice has its last id.</summary>
    public Vocabulary(IEnumerable<string> tokens)
    {
        this.tokens = [.. tokens];
        for (var id = 0; id < this.tokens.Length; id++)
        {
            ids[this.tokens[id]] = id;
        }
    }

    /// <summary>The highest id, and one.</summary>
    public int Size => tokens.Length;

    /// <summary>Each token with its id.</summary>
    public IReadOnlyDictionary<string, int> Ids => ids;

    /// <summary>The token of an id.</summary>
    public string this[int id] => tokens[id];

    /// <summary>The id of a token, or null if it is none.</summary>
    public int? Find(string token) => ids.TryGetValue(token, out var id) ? id : null;
}
