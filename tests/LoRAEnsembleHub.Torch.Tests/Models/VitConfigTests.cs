using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Torch.Tests.Models;

public sealed class VitConfigTests
{
    [Theory]
    [InlineData("""{"model_type":"swin"}""", "swin")]
    [InlineData("""{"model_type":"vit","hidden_act":"snake"}""", "snake")]
    [InlineData("""{"model_type":"vit","hidden_size":50,"num_attention_heads":12}""", "num_attention_heads")]
    [InlineData("""{"model_type":"vit","pruned_heads":{"1":[0,2]}}""", "pruned_heads")]
    [InlineData("""{"model_type":"vit","quantization_config":{"bits":8}}""", "quantization_config")]
    [InlineData("""{"model_type":"vit","architectures":["ViTForSomethingElse"]}""", "ViTForSomethingElse")]
    [InlineData("""{"model_type":"vit","image_size":8,"patch_size":16}""", "patch_size")]
    [InlineData("""{"model_type":"vit","id2label":{"0":"a","2":"b"}}""", "id2label")]
    [InlineData("""{"model_type":"vit","layer_norm_eps":0}""", "layer_norm_eps")]
    [InlineData("""{"model_type":"vit","hidden_size":1,"hidden_size":2}""", "hidden_size")]
    [InlineData("""{"model_type":"vit","image_size":[1,2,3]}""", "size")]
    [InlineData("""{"model_type":null}""", "model_type")]
    [InlineData("""{"model_type":"vit","hidden_act":null}""", "hidden_act")]
    [InlineData("""{"model_type":"vit","pooler_act":null}""", "pooler_act")]
    [InlineData("""{"model_type":"vit","architectures":[null]}""", "architectures")]
    [InlineData(
        """{"model_type":"vit","architectures":["DeiTForImageClassificationWithTeacher"]}""",
        "DeiTForImageClassificationWithTeacher"
    )]
    [InlineData("""{"model_type":"deit","architectures":["ViTForImageClassification"]}""", "architectures")]
    [InlineData("""{"model_type":"vit","id2label":{"0":"a","1":null}}""", "id2label")]
    [InlineData("""[]""", "config")]
    [InlineData("""{""", "config")]
    [InlineData("""{"architecture":"resnet50"}""", "resnet50")]
    [InlineData("""{"architecture":"vit_base_patch16_224","global_pool":"avg"}""", "global_pool")]
    [InlineData("""{"architecture":"vit_base_patch16_224","model_args":{"qk_norm":true}}""", "qk_norm")]
    [InlineData("""{"architecture":"vit_base_patch16_224","model_args":{"reg_tokens":4}}""", "reg_tokens")]
    [InlineData("""{"architecture":"vit_base_patch16_224","model_args":{"init_values":1e-5}}""", "init_values")]
    public void What_would_change_the_mathematics_is_refused_by_name(string json, string named) =>
        Assert.Contains(named, Assert.Throws<ModelException>(() => VitConfig.Parse(json, "config.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void Fields_left_out_take_the_defaults_of_transformers()
    {
        var config = VitConfig.Parse("""{"model_type":"vit"}""", "config.json");
        Assert.Equal((768, 12, 12, 3072), (config.HiddenSize, config.NumHiddenLayers, config.NumAttentionHeads, config.IntermediateSize));
        Assert.Equal(("gelu", true, 2, 16), (config.HiddenAct, config.QkvBias, config.Classes, config.PatchSize.Height));
    }

    [Fact]
    public void Class_indices_that_older_scripts_wrote_as_text_are_read()
    {
        var config = VitConfig.Parse("""{"model_type":"vit","id2label":{"0":"a","1":"b"},"label2id":{"a":"0","b":"1"}}""", "config.json");
        Assert.Equal(1, config.Label2Id!["b"]);
    }

    [Theory]
    [InlineData("vit-v4")]
    [InlineData("vit-nonsquare")]
    [InlineData("deit-teacher")]
    public void Writing_and_reading_again_changes_nothing(string name)
    {
        var path = Golden.PathOf("models", name, "config.json");
        var first = VitConfig.Parse(File.ReadAllText(path), path).ToJson();
        Assert.Equal(first, VitConfig.Parse(first, path).ToJson());
    }

    [Fact]
    public void The_config_of_transformers_comes_back_as_it_was()
    {
        var path = Golden.PathOf("models", "vit-v4", "config.json");
        var expected = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        var actual = System.Text.Json.Nodes.JsonNode.Parse(VitConfig.Parse(File.ReadAllText(path), path).ToJson())!.AsObject();
        foreach (var (name, value) in expected)
        {
            Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(value, actual[name]), $"{name} was {value} and is {actual[name]}");
        }
    }
}
