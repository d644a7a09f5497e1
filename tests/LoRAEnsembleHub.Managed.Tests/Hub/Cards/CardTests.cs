using System.Text.Json.Nodes;
using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Hub.Serving.Cards;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Cards;

public sealed class CardTests
{
    private static string Repository => Path.GetFullPath(Golden.Locate("..", ".."));

    [Theory]
    [InlineData("---\nlicense: mit\n---\n# Body\n", "license: mit\n", "# Body\n")]
    [InlineData("---\r\nlicense: mit\r\n---\r\n# Body\r\n", "license: mit\r\n", "# Body\r\n")]
    [InlineData("\n \n---\na: 1\n---", "a: 1\n", "")]
    [InlineData("\ufeff---\na: 1\n---\nx", "a: 1\n", "x")]
    [InlineData("---\n---\nx", "", "x")]
    [InlineData("# No metadata\n\n---\na: 1\n---\n", null, "# No metadata\n\n---\na: 1\n---\n")]
    [InlineData("---\na: 1\n", null, "---\na: 1\n")]
    [InlineData("----\na: 1\n----\n", null, "----\na: 1\n----\n")]
    [InlineData("---\na: 1\n--- \n---\nx", "a: 1\n--- \n", "x")]
    [InlineData("", null, "")]
    public void A_card_is_split_at_its_fences(string text, string? yaml, string body) =>
        Assert.Equal(new CardText(yaml, body), CardText.Split(text));

    [Fact]
    public void Values_are_what_the_core_schema_says()
    {
        const string yaml = """
            a: no
            b: true
            c: 12
            d: -0.5
            e: 1e3
            f: "12"
            g: ~
            h: 0x1F
            i: .inf
            j: 2026-01-02
            k: [1, x, {y: z}]
            l: >
              folded
              text
            m: 99999999999999999999
            """;
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse(
                    """{"a":"no","b":true,"c":12,"d":-0.5,"e":1000,"f":"12","g":null,"h":31,"i":".inf","j":"2026-01-02","k":[1,"x",{"y":"z"}],"l":"folded text\n","m":1E20}"""
                ),
                JsonNode.Parse(YamlReader.ReadMapping(yaml).ToJsonString())
            ),
            YamlReader.ReadMapping(yaml).ToJsonString()
        );
    }

    [Fact]
    public void Aliases_are_copied_and_merged() =>
        Assert.Equal(
            """{"base":{"a":1,"b":2},"copy":{"a":1,"b":2},"more":{"b":3,"a":1}}""",
            YamlReader.ReadMapping("base: &x {a: 1, b: 2}\ncopy: *x\nmore: {<<: *x, b: 3}\n").ToJsonString()
        );

    [Fact]
    public void A_bomb_of_aliases_is_refused_quickly()
    {
        var lines = Enumerable
            .Range(1, 40)
            .Select(level => $"a{level}: &a{level} [{string.Join(",", Enumerable.Repeat($"*a{level - 1}", 9))}]");
        var yaml = string.Join('\n', lines.Prepend("a0: &a0 [x,x,x,x,x,x,x,x,x]"));
        Assert.Contains("values", Assert.Throws<CardException>(() => YamlReader.ReadMapping(yaml)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("- a\n- b\n", "no mapping")]
    [InlineData("just text", "no mapping")]
    [InlineData("a: [1, 2", "Line")]
    [InlineData("a: 1\na: 2\n", "twice")]
    [InlineData("a: *nothing\n", "nothing before is named")]
    [InlineData("a: &x [*x]\n", "nothing before is named")]
    [InlineData("a: !!python/object/apply:os.system [x]\n", "not allowed")]
    [InlineData("a: 1\n...\n---\nb: 2\n", "more than one")]
    [InlineData("? [a, b]\n: c\n", "plain text")]
    public void What_is_no_mapping_of_plain_values_is_refused_with_a_reason(string yaml, string reason) =>
        Assert.Contains(reason, Assert.Throws<CardException>(() => YamlReader.ReadMapping(yaml)).Message, StringComparison.Ordinal);

    [Fact]
    public void Nesting_without_end_is_refused() =>
        Assert.Contains(
            "nested",
            Assert.Throws<CardException>(() => YamlReader.ReadMapping("a: " + new string('[', 10_000))).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("license: mit", 0, 0)]
    [InlineData("license: my-own", 1, 0)]
    [InlineData("license: 3", 1, 0)]
    [InlineData("license: other", 0, 1)]
    [InlineData("license: other\nlicense_name: my-own\nlicense_link: LICENSE", 0, 0)]
    [InlineData("license: other\nlicense_name: My Own\nlicense_link: ftp://x", 2, 0)]
    [InlineData("tags: lora", 1, 0)]
    [InlineData("tags: [a, 1]", 1, 0)]
    [InlineData("datasets: a/b", 0, 0)]
    [InlineData("language: no", 0, 0)]
    [InlineData("language: [en, Klingonese]", 0, 1)]
    [InlineData("language: false", 1, 0)]
    [InlineData("base_model: team/base", 0, 0)]
    [InlineData("base_model: /home/me/model", 1, 0)]
    [InlineData("base_model: ./model", 1, 0)]
    [InlineData("base_model: [a/b, 'C:\\model']", 1, 0)]
    [InlineData("base_model_relation: adapter", 0, 0)]
    [InlineData("base_model_relation: cousin", 1, 0)]
    [InlineData("pipeline_tag: image-classification", 0, 0)]
    [InlineData("pipeline_tag: tea-making", 0, 1)]
    [InlineData("pipeline_tag: [a]", 1, 0)]
    [InlineData("model-index: {name: x}", 1, 0)]
    [InlineData(
        "model-index: [{name: x, results: [{task: {type: t}, dataset: {type: d, name: n}, metrics: [{type: m, value: 1}]}]}]",
        0,
        0
    )]
    [InlineData("model-index: [{results: [{task: {}, dataset: {type: d}, metrics: [{type: m}], source: {name: x}}]}]", 5, 0)]
    [InlineData("unknown: anything", 0, 0)]
    [InlineData("a: [", 1, 0)]
    public void Metadata_are_checked_as_the_hub_does(string yaml, int errors, int warnings)
    {
        var findings = CardRules.Check($"---\n{yaml}\n---\n", RepoType.Model);
        Assert.Equal((errors, warnings), (findings.Errors.Count, findings.Warnings.Count));
    }

    [Theory]
    [MemberData(nameof(ShippedCards))]
    public void Cards_that_come_along_would_be_taken_without_a_word(string card)
    {
        var type = card.Contains("/datasets/", StringComparison.Ordinal) ? RepoType.Dataset : RepoType.Model;
        var findings = CardFindings.Of(File.ReadAllText(Path.Combine(Repository, card)), type);
        Assert.Empty(findings.Errors);
        Assert.Empty(findings.Warnings);
    }

    public static TheoryData<string> ShippedCards() =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(Repository, "adapters"), "README.md", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Repository, path).Replace('\\', '/'))
                .Order(StringComparer.Ordinal),
        ];

    [Fact]
    public void A_card_without_metadata_is_warned_of() =>
        Assert.Equal("empty or missing yaml metadata in repo card", Assert.Single(CardRules.Check("# two\n", RepoType.Model).Warnings));

    [Fact]
    public void An_adapter_has_the_tags_by_which_it_is_found()
    {
        var card = CardText.Split(
            "---\nlicense: mit\nlibrary_name: peft\nbase_model: team/base\npipeline_tag: image-classification\ntags: [lora, lora]\ndatasets: [team/data]\nlanguage: en\n---\nSee https://arxiv.org/abs/2405.14438 and https://arxiv.org/pdf/2106.09685v2.\n"
        );
        var tags = CardTags.OfModel(YamlReader.ReadMapping(card.Yaml!), card.Body, ["README.md", "adapter_model.safetensors"], null);
        Assert.Equal(
            [
                "peft",
                "safetensors",
                "image-classification",
                "lora",
                "en",
                "dataset:team/data",
                "arxiv:2405.14438",
                "arxiv:2106.09685",
                "base_model:team/base",
                "base_model:adapter:team/base",
                "license:mit",
                "region:us",
            ],
            tags
        );
    }

    [Theory]
    [InlineData("base_model: a/b", false, "finetune")]
    [InlineData("base_model: a/b", true, "adapter")]
    [InlineData("base_model: [a/b, c/d]", false, "merge")]
    [InlineData("base_model: a/b\nbase_model_relation: quantized", true, "quantized")]
    public void The_relation_to_the_base_is_said_or_guessed(string yaml, bool hasAdapter, string relation)
    {
        var card = YamlReader.ReadMapping(yaml);
        var adapter = hasAdapter ? new AdapterFacts(null, null, "LORA", 8) : null;
        Assert.Equal(relation, BaseRelation.Of(card, adapter, BaseRelation.Bases(card, adapter), []));
    }

    [Fact]
    public void A_path_of_the_authors_machine_is_no_base()
    {
        Assert.Empty(BaseRelation.Bases([], AdapterFacts.Read("""{"base_model_name_or_path":"/home/me/vit"}"""u8)));
        Assert.Equal(["team/vit"], BaseRelation.Bases([], AdapterFacts.Read("""{"base_model_name_or_path":"team/vit"}"""u8)));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"r":1,"r":2}""")]
    [InlineData("")]
    public void A_configuration_that_is_none_tells_nothing(string json) =>
        Assert.Null(AdapterFacts.Read(System.Text.Encoding.UTF8.GetBytes(json)));
}
