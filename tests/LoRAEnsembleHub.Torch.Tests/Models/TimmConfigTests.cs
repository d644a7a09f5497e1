using System.Text.Json.Nodes;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Models;

public sealed class TimmConfigTests
{
    private const string Architecture = "\"architecture\":\"vit_base_patch16_224\"";

    [Theory]
    [InlineData("""{"architecture":"vit_tiny_patch99999999999_224"}""", "vit_tiny_patch99999999999_224")]
    [InlineData("""{"architecture":"deit3_small_patch16_224"}""", "deit3_small")]
    [InlineData("{" + Architecture + ""","global_pool":""}""", "global_pool")]
    [InlineData("{" + Architecture + ""","pretrained_cfg":{"input_size":[224,224]}}""", "input_size")]
    [InlineData("{" + Architecture + ""","model_args":{"class_token":false}}""", "class_token")]
    [InlineData("{" + Architecture + ""","model_args":{"no_embed_class":true}}""", "no_embed_class")]
    [InlineData("{" + Architecture + ""","model_args":{"global_pool":"avg"}}""", "global_pool")]
    [InlineData("{" + Architecture + ""","model_args":{"fc_norm":true}}""", "fc_norm")]
    [InlineData("{" + Architecture + ""","model_args":{"pre_norm":true}}""", "pre_norm")]
    [InlineData("{" + Architecture + ""","model_args":{"act_layer":"prelu"}}""", "act_layer")]
    [InlineData("{" + Architecture + ""","model_args":{"norm_layer":"rmsnorm"}}""", "norm_layer")]
    [InlineData("{" + Architecture + ""","model_args":{"something_new":null}}""", "something_new")]
    public void What_is_no_plain_vit_is_refused_by_name(string json, string named) =>
        Assert.Contains(named, Assert.Throws<ModelException>(() => VitConfig.Parse(json, "config.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void Arguments_that_leave_a_plain_vit_are_accepted()
    {
        var config = VitConfig.Parse(
            "{"
                + Architecture
                + ""","model_args":{"init_values":null,"reg_tokens":0,"fc_norm":null,"class_token":true,"pre_norm":false,"qk_norm":false,"""
                + """ "no_embed_class":false,"dynamic_img_size":true,"global_pool":"token","pos_embed":"learn","final_norm":true,"drop_rate":0.1}}""",
            "config.json"
        );
        Assert.Equal((768, 3072, 12, 1000), (config.HiddenSize, config.IntermediateSize, config.NumAttentionHeads, config.Classes));
    }

    [Fact]
    public void Channels_sizes_and_classes_come_from_the_pretrained_cfg_where_nothing_else_says_them()
    {
        var config = VitConfig.Parse("{" + Architecture + ""","pretrained_cfg":{"input_size":[1,64,96],"num_classes":7}}""", "config.json");
        Assert.Equal((1, new ImageExtent(64, 96), 7), (config.NumChannels, config.ImageSize, config.Classes));
    }

    [Theory]
    [InlineData("""{"pretrained_cfg":null}""")]
    [InlineData("""{"pretrained_cfg":{"input_size":null,"num_classes":null},"model_args":null}""")]
    public void Fields_that_are_null_count_as_left_out(string json)
    {
        var config = JsonNode.Parse(json)!.AsObject();
        config["architecture"] = "vit_base_patch16_224";
        Assert.Equal(new ImageExtent(224, 224), VitConfig.Parse(config.ToJsonString(), "config.json").ImageSize);
    }

    [Fact]
    public async Task A_model_that_transformers_wrapped_computes_as_timms_own()
    {
        using var changed = new ChangedModel("timm-vit");
        changed.Config["model_type"] = "timm_wrapper";
        changed.Config["architectures"] = new JsonArray("TimmWrapperForImageClassification");
        using var model = PretrainedModels.Load(await changed.WriteAsync());
        using var outputs = model.Forward(changed.Expected);
        Assert.True(outputs.Logits.allclose(changed.Expected["logits"], 1e-4, 1e-4));
    }

    [Theory]
    [InlineData("blocks.0.ls1.gamma")]
    [InlineData("reg_token")]
    [InlineData("norm_pre.weight")]
    [InlineData("fc_norm.weight")]
    [InlineData("attn_pool.latent")]
    public async Task Weights_of_a_variation_that_the_config_keeps_silent_about_are_refused_by_name(string name)
    {
        using var changed = new ChangedModel("timm-vit");
        changed.Weights.Add(name, ones(48));
        var folder = await changed.WriteAsync();
        var refusal = Assert.Throws<LoRAEnsembleHub.Weights.WeightsException>(() => PretrainedModels.Load(folder));
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }
}
