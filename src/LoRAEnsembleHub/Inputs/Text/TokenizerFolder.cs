namespace LoRAEnsembleHub.Inputs;

/// <summary>Puts together what the files of a folder say about its tokenizer.</summary>
internal static class TokenizerFolder
{
    // What transformers before 4 wrote beside a vocab.txt.
    private const string AddedTokensName = "added_tokens.json";

    /// <summary>Whether a folder has a vocabulary.</summary>
    public static bool IsIn(string folder) =>
        File.Exists(Path.Combine(folder, VocabularyFile.Name)) || File.Exists(Path.Combine(folder, TokenizerJson.Name));

    /// <exception cref="TextException">
    /// A file is missing, not as it should be, contradicts another, or asks for what is not supported.
    /// </exception>
    public static TokenizerSettings Read(string folder)
    {
        if (!IsIn(folder))
        {
            throw new TextException(
                folder,
                Directory.Exists(folder)
                    ? $"There is neither a {VocabularyFile.Name} nor a {TokenizerJson.Name}; a model for texts comes with one of them."
                    : "There is no such folder; check the path."
            );
        }

        var config = TokenizerConfig.Read(folder);
        var (listFile, jsonFile) = (Path.Combine(folder, VocabularyFile.Name), Path.Combine(folder, TokenizerJson.Name));
        var json = File.Exists(jsonFile) ? TokenizerJson.Read(jsonFile) : null;
        var list = File.Exists(listFile) ? VocabularyFile.Read(listFile) : null;
        Agree(list, listFile, json);
        if (json is null)
        {
            NeedMoreThanAList(folder, config);
        }

        var (vocabulary, source) = (json?.Vocabulary ?? list!, json is null ? listFile : jsonFile);
        var special = Names(config, json, jsonFile);
        var missing = special.All.FirstOrDefault(token => token != special.Mask && vocabulary.Find(token) is null);
        if (missing is not null)
        {
            throw new TextException(
                source,
                $"The vocabulary has no {missing}, which the model needs. "
                    + $"If it has the token by another name, give that in {TokenizerConfig.Name}."
            );
        }

        json?.CheckTemplate(special);
        var added = Added(config, json, special, vocabulary, source);
        return new TokenizerSettings
        {
            Vocabulary = vocabulary,
            Rules = config.Over(json?.Rules ?? new WordRules()),
            Added = added,
            Special = special,
            Prefix = json?.Prefix ?? "##",
            LongestWord = json?.LongestWord ?? 100,
            MaxTokens = config.MaxTokens,
            Files =
            [
                .. new[] { VocabularyFile.Name, TokenizerJson.Name, TokenizerConfig.Name, TokenizerConfig.SpecialTokensName }
                    .Select(name => Path.Combine(folder, name))
                    .Where(File.Exists),
            ],
        };
    }

    private static void Agree(Vocabulary? list, string listFile, TokenizerJson? json)
    {
        if (list is null || json is null)
        {
            return;
        }

        var (one, other) = (list.Ids, json.Vocabulary.Ids);
        var differing = one.Keys.Concat(other.Keys).FirstOrDefault(token => list.Find(token) != json.Vocabulary.Find(token));
        if (differing is not null)
        {
            throw new TextException(
                listFile,
                $"\"{differing}\" is {Place(list)} here and {Place(json.Vocabulary)} in {TokenizerJson.Name}. "
                    + "Remove the file that is not the model's."
            );
        }

        string Place(Vocabulary vocabulary) => vocabulary.Find(differing) is { } id ? $"id {id}" : "no token";
    }

    // Without a config it could only be guessed whether letters are made lower case, and a wrong guess spoils all ids without a sign.
    private static void NeedMoreThanAList(string folder, TokenizerConfig config)
    {
        if (!File.Exists(Path.Combine(folder, TokenizerConfig.Name)))
        {
            throw new TextException(
                folder,
                $"A {TokenizerConfig.Name} is needed beside {VocabularyFile.Name}; it says whether letters are made lower case. "
                    + "Fetch it, or write one with {\"do_lower_case\": true} for an uncased model, false for a cased one."
            );
        }

        if (config.IsGeneral)
        {
            throw new TextException(folder, $"{TokenizerConfig.Name} asks for a {TokenizerJson.Name}, which is not there; fetch it too.");
        }

        if (File.Exists(Path.Combine(folder, AddedTokensName)))
        {
            throw new TextException(
                Path.Combine(folder, AddedTokensName),
                "Tokens given this way are not supported; save the tokenizer with transformers 4 or later, "
                    + $"which writes a {TokenizerJson.Name}."
            );
        }
    }

    private static SpecialNames Names(TokenizerConfig config, TokenizerJson? json, string jsonFile)
    {
        var bert = SpecialNames.Bert;
        var unknown = config.Special("unk_token") ?? json?.Unknown ?? bert.Unknown;
        return json is null || json.Unknown == unknown
            ? new SpecialNames(
                unknown,
                config.Special("cls_token") ?? bert.Class,
                config.Special("sep_token") ?? bert.Separator,
                config.Special("pad_token") ?? bert.Padding,
                config.Special("mask_token") ?? bert.Mask
            )
            : throw new TextException(
                jsonFile,
                $"The model's unk_token is {json.Unknown}, but {unknown} in {TokenizerConfig.Name}; they must be the same."
            );
    }

    private static List<AddedToken> Added(
        TokenizerConfig config,
        TokenizerJson? json,
        SpecialNames special,
        Vocabulary vocabulary,
        string source
    )
    {
        var added = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (var token in (json?.Added ?? []).Concat(config.Added()))
        {
            if (vocabulary.Find(token.Content) is { } id ? id != token.Id : token.Id < vocabulary.Size)
            {
                throw new TextException(
                    source,
                    $"The added token {token.Content} has the id {token.Id}, which is another token's or not the one in the vocabulary."
                );
            }

            if (!added.TryAdd(token.Content, token) && added[token.Content] != token)
            {
                throw new TextException(source, $"The added token {token.Content} comes twice, with different ids.");
            }
        }

        // A token that is neither in the vocabulary nor added would get an id behind all others, which the model was not made for.
        foreach (var token in special.All.Concat(config.OtherSpecial()))
        {
            if (vocabulary.Find(token) is { } id)
            {
                added.TryAdd(token, new AddedToken(token, id));
            }
            else if (!added.ContainsKey(token) && token != special.Mask)
            {
                throw new TextException(source, $"The special token {token} is not in the vocabulary, so it has no id.");
            }
        }

        var behind = added.Values.Where(token => token.Id >= vocabulary.Size).OrderBy(token => token.Id).ToArray();
        for (var index = 0; index < behind.Length; index++)
        {
            if (behind[index].Id != vocabulary.Size + index)
            {
                throw new TextException(
                    source,
                    $"The added token {behind[index].Content} has the id {behind[index].Id}; "
                        + $"after the tokens before it {vocabulary.Size + index} is next."
                );
            }
        }

        return [.. added.Values];
    }
}
