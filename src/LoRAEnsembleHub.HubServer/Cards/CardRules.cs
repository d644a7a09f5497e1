using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>Checks the metadata of a card without the Hub, by the rules that its <c>validate-yaml</c> documents.</summary>
internal sealed partial class CardRules
{
    private static readonly string[] relations = ["adapter", "merge", "quantized", "finetune"];

    private readonly List<string> errors = [];
    private readonly List<string> warnings = [];

    /// <summary>Checks a card.</summary>
    /// <param name="content">The whole README.md.</param>
    /// <param name="type">What kind of repository it is of.</param>
    public static CardFindings Check(string content, RepoType type)
    {
        var rules = new CardRules();
        rules.CheckText(content, type);
        return new(rules.errors, rules.warnings);
    }

    private void CheckText(string content, RepoType type)
    {
        var card = CardText.Split(content);
        if (string.IsNullOrWhiteSpace(card.Yaml))
        {
            warnings.Add("empty or missing yaml metadata in repo card");
            return;
        }

        JsonObject metadata;
        try
        {
            metadata = YamlReader.ReadMapping(card.Yaml);
        }
        catch (CardException error)
        {
            errors.Add($"Invalid YAML in the metadata: {error.Message}");
            return;
        }

        CheckLicense(metadata);
        CheckLists(metadata);
        CheckLanguage(metadata);
        if (type == RepoType.Model)
        {
            CheckModel(metadata);
        }
    }

    private void CheckModel(JsonObject metadata)
    {
        foreach (var key in new[] { "library_name", "pipeline_tag", "new_version", "thumbnail" })
        {
            if (metadata[key] is { } value && value.AsText() is null)
            {
                errors.Add($"\"{key}\" must be a string");
            }
        }

        if (metadata.Word("pipeline_tag") is { } task && !CardWords.Tasks.Contains(task))
        {
            warnings.Add(
                $"The pipeline tag \"{HubText.Shown(task)}\" is not in the official list: {string.Join(", ", CardWords.Tasks.Order(StringComparer.Ordinal))}"
            );
        }

        CheckIds(metadata, "base_model");
        CheckIds(metadata, "new_version");
        if (metadata["base_model_relation"] is { } relation && !relations.Contains(relation.AsText()))
        {
            errors.Add($"\"base_model_relation\" must be one of {string.Join(", ", relations)}");
        }

        if (metadata["model-index"] is { } index)
        {
            errors.AddRange(ModelIndexRules.Check(index));
        }
    }

    private void CheckLicense(JsonObject metadata)
    {
        var license = metadata["license"];
        var ids = metadata.Words("license");
        if (license is null)
        {
            return;
        }

        if (ids.Count == 0 || (license is JsonArray list && list.Count != ids.Count))
        {
            errors.Add("\"license\" must be a string");
            return;
        }

        foreach (var id in ids.Where(id => !CardWords.Licenses.Contains(id)))
        {
            errors.Add(
                $"\"license\" is \"{HubText.Shown(id)}\"; it must be one of {string.Join(", ", CardWords.Licenses.Order(StringComparer.Ordinal))}"
            );
        }

        if (metadata["license_name"] is { } name && (name.AsText() is not { } text || !LicenseName().IsMatch(text)))
        {
            errors.Add("\"license_name\" must be like an id: lower-case letters, digits, '.', '_' and '-'");
        }

        if (metadata["license_link"] is { } link && (link.AsText() is not { } target || !IsLicenseLink(target)))
        {
            errors.Add("\"license_link\" must be an http(s) address, LICENSE or LICENSE.md");
        }

        if (ids.Contains("other") && (metadata["license_name"] is null || metadata["license_link"] is null))
        {
            warnings.Add("\"license: other\" should come with \"license_name\" and \"license_link\"");
        }
    }

    private void CheckLists(JsonObject metadata)
    {
        foreach (var key in new[] { "tags", "datasets", "metrics" })
        {
            var value = metadata[key];
            var isText = key != "tags" && value.AsText() is not null;
            if (value is not null && !isText && (value is not JsonArray list || list.Any(item => item.AsText() is null)))
            {
                errors.Add($"\"{key}\" must be an array of strings");
            }
        }
    }

    private void CheckLanguage(JsonObject metadata)
    {
        var value = metadata["language"];
        var codes = metadata.Words("language");
        if (value is not null && (codes.Count == 0 || (value is JsonArray list && list.Count != codes.Count)))
        {
            errors.Add("\"language\" must be a string or an array of strings; write 'no' in quotes where a reader takes it for false");
        }

        foreach (var code in codes.Where(code => !LanguageCode().IsMatch(code)))
        {
            warnings.Add($"\"language\" is \"{HubText.Shown(code)}\"; use ISO 639 codes such as \"en\", or \"code\" or \"multilingual\"");
        }
    }

    private void CheckIds(JsonObject metadata, string key)
    {
        if (metadata[key] is not { } value)
        {
            return;
        }

        var ids = metadata.Words(key);
        if (ids.Count == 0 || (value is JsonArray list && list.Count != ids.Count))
        {
            errors.Add($"\"{key}\" must be a model id or an array of model ids");
        }

        foreach (var id in ids.Where(id => !RepoId.TryParse(id, RepoType.Model, out _)))
        {
            errors.Add($"\"{key}\" with value \"{HubText.Shown(id)}\" is not valid: use a model id such as 'namespace/name', not a path");
        }
    }

    private static bool IsLicenseLink(string target) =>
        target is "LICENSE" or "LICENSE.md" || (Uri.TryCreate(target, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https");

    [GeneratedRegex("^[a-z0-9._-]+$", RegexOptions.NonBacktracking)]
    private static partial Regex LicenseName();

    [GeneratedRegex("^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*|code|multilingual)$", RegexOptions.NonBacktracking)]
    private static partial Regex LanguageCode();
}
