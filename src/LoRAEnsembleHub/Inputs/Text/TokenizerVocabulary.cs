using System.Text.Json;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Reads the vocabulary of a tokenizer.json: an id for each token, from 0 on and without a hole.</summary>
internal static class TokenizerVocabulary
{
    /// <exception cref="TextException">It is missing, is no vocabulary, or does not use each id once.</exception>
    public static Vocabulary Read(JsonFields model, string file)
    {
        if (model.Element("vocab") is not { ValueKind: JsonValueKind.Object } entries)
        {
            throw new TextException(file, "The model has no vocab, or one that is not an object of tokens and their ids.");
        }

        var tokens = new string?[entries.GetPropertyCount()];
        var outside = (Token: "", Id: 0);
        foreach (var entry in entries.EnumerateObject())
        {
            var token = entry.Name;
            if (!JsonFields.TryWhole(entry.Value, out var id) || id < 0)
            {
                throw new TextException(
                    file,
                    $"vocab gives \"{token}\" the id {entry.Value.GetRawText()}; ids are whole numbers from 0 on."
                );
            }

            if (id >= tokens.Length)
            {
                outside = (token, id);
            }
            else if (tokens[id] is { } other)
            {
                throw new TextException(file, $"vocab gives the id {id} to both \"{other}\" and \"{token}\"; each id must have one token.");
            }
            else
            {
                tokens[id] = token;
            }
        }

        var hole = Array.IndexOf(tokens, null);
        return tokens.Length == 0 ? throw new TextException(file, "The vocab is empty.")
            : hole < 0 ? new Vocabulary(tokens!)
            : throw new TextException(
                file,
                $"vocab has {tokens.Length} tokens but none with the id {hole}, while \"{outside.Token}\" has {outside.Id}; "
                    + "ids must have no hole."
            );
    }
}
