using LoRAEnsembleHub.Data;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class FrontMatterTests
{
    [Theory]
    [InlineData("---\nclass_names: [a, b c, \"d, e\", 'it''s', don't] # five\n---\n")]
    [InlineData("---\nlicense: mit\nclass_names: [a, b c,\n  \"d, e\", # three\n  'it''s',\n  don't,\n]\n---\ntext")]
    [InlineData(
        "---\r\nclass_names:\r\n  - a\r\n  - b c # two\r\n\r\n  - \"d, e\"\r\n  - 'it''s'\r\n  - don't\r\ntags:\r\n  - x\r\n---\r\n"
    )]
    public void A_list_is_read_in_each_of_its_spellings(string card) =>
        Assert.Equal(["a", "b c", "d, e", "it's", "don't"], FrontMatter.ReadList(card, "class_names"));

    [Theory]
    [InlineData("class_names: [a]\n")]
    [InlineData("---\nclass_names: [a]\n")]
    [InlineData("---\nother_class_names: [a]\n---\nclass_names: [b]\n")]
    [InlineData("---\nclass_names: [a\n---\n")]
    [InlineData("---\nclass_names: a\n---\n")]
    [InlineData("---\nclass_names:\nlicense: mit\n---\n")]
    public void A_card_without_such_a_list_gives_none(string card) => Assert.Null(FrontMatter.ReadList(card, "class_names"));

    [Fact]
    public void Escapes_in_double_quotes_are_undone() =>
        Assert.Equal(["a\"b", "c\\", "d]"], FrontMatter.ReadList("---\nk: [\"a\\\"b\", \"c\\\\\", \"d]\"]\n---", "k"));
}
