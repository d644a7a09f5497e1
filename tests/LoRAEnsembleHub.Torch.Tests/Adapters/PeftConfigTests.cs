using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Adapters;

public sealed class PeftConfigTests : IDisposable
{
    private readonly PretrainedModel model = PretrainedModels.Load(Golden.Folder("models", "vit-v4"));

    public void Dispose() => model.Dispose();

    [Theory]
    // words and patterns that are of the other version of transformers, and so match nothing where the adapter was made
    [InlineData("vit-qv", "target_modules", """["query","value","o_proj","fc1"]""")]
    [InlineData("vit-r4", "exclude_modules", """["q_proj","fc1"]""")]
    [InlineData("vit-r4", "rank_pattern", """{"q_proj":2,"mlp.fc1":3}""")]
    [InlineData("vit-r4", "alpha_pattern", """{"v_proj":40}""")]
    [InlineData("vit-r4-v5", "rank_pattern", """{"query":2}""")]
    [InlineData("vit-r4-v5", "alpha_pattern", """{"value":40}""")]
    [InlineData("vit-r4-v5", "target_modules", """["q_proj","k_proj","v_proj","o_proj","intermediate.dense"]""")]
    // names that were translated since
    [InlineData("vit-r4", "target_modules", """["q_proj","k_proj","v_proj","o_proj"]""")]
    [InlineData("vit-r4-v5", "target_modules", """["query","key","value","attention.output.dense"]""")]
    // no restriction
    [InlineData("vit-r4", "layers_to_transform", "[]")]
    [InlineData("vit-r4", "layers_pattern", "[]")]
    [InlineData("vit-r4", "exclude_modules", "[]")]
    [InlineData("vit-r4", "rank_pattern", "null")]
    [InlineData("vit-layers", "layers_to_transform", "1")]
    [InlineData("vit-layers", "layers_pattern", "\"layer\"")]
    [InlineData("vit-layers", "layers_pattern", """["h","layer"]""")]
    // the first pattern that matches the end of the path wins
    [InlineData("vit-patterns", "alpha_pattern", """{"attention.value":1,"value":9,"encoder.layer.0.attention.attention.key":12}""")]
    [InlineData(
        "vit-patterns",
        "rank_pattern",
        """{"^vit\\.encoder\\.layer\\.[01]\\..*query":2,"query":5,"layer.1.attention.output.dense":8}"""
    )]
    [InlineData("vit-patterns", "rank_pattern", """{"uer":5,"quer[a-z]":2,"layer.1.attention.output.dense":8}""")]
    // Python's syntax
    [InlineData("vit-regex", "target_modules", """ "(?P<stem>.*)layer\\.1\\..*\\.(query|value)" """)]
    [InlineData("vit-regex", "target_modules", """ ".*\\.1\\.attention\\.attention\\.query|.*\\.1\\.attention\\.attention\\.value" """)]
    // of no influence on what is computed
    [InlineData("vit-r4", "init_lora_weights", "\"eva\"")]
    [InlineData("vit-r4", "init_lora_weights", "false")]
    [InlineData("vit-r4", "megatron_config", """{"a":1}""")]
    [InlineData("vit-r4", "lora_dropout", "0.5")]
    [InlineData("vit-r4", "inference_mode", "false")]
    [InlineData("vit-r4", "a_field_of_the_future", "1")]
    [InlineData("vit-r4", "modules_to_save", """["classifier","score"]""")]
    [InlineData("vit-r4", "task_type", "\"SEQ_CLS\"")]
    public async Task What_peft_takes_no_notice_of_changes_no_logit(string name, string field, string value)
    {
        using var changed = new ChangedAdapters(name);
        await changed.SetAsync(field, value);
        using var set = AdapterSet.Read(name, changed.Members, model.Catalogue);
        model.Attach(set);
        var expected = Golden.Tensors(Golden.PathOf("peft", name, "expected.safetensors"));
        using var outputs = model.Forward(expected);
        Golden.AssertClose(expected["logits"], outputs.Logits, Golden.Case(Golden.Folder("peft", name))["tolerance"]!, field);
    }

    [Theory]
    [InlineData("use_dora", "\"true\"")]
    [InlineData("use_dora", "1")]
    [InlineData("use_qalora", "true")]
    [InlineData("fan_in_fan_out", "true")]
    [InlineData("bias", "\"lora_only\"")]
    [InlineData("bias", "true")]
    [InlineData("alora_invocation_tokens", "[1]")]
    [InlineData("target_parameters", """["a.weight"]""")]
    [InlineData("layer_replication", "[[0,1]]")]
    [InlineData("trainable_token_indices", """{"a":[1]}""")]
    [InlineData("arrow_config", """{"a":1}""")]
    [InlineData("kasa_config", """{"a":1}""")]
    [InlineData("velora_config", """{"a":1}""")]
    [InlineData("use_bdlora", """{"a":1}""")]
    [InlineData("init_lora_weights", "\"pissa_niter_16\"")]
    [InlineData("init_lora_weights", "\"olora\"")]
    [InlineData("init_lora_weights", "\"corda\"")]
    [InlineData("init_lora_weights", "\"loftq\"")]
    [InlineData("init_lora_weights", "\"lora_ga\"")]
    [InlineData("peft_type", "\"ADALORA\"")]
    [InlineData("peft_type", "null")]
    [InlineData("r", "\"4\"")]
    [InlineData("r", "0")]
    [InlineData("r", "5")]
    [InlineData("lora_alpha", "\"4\"")]
    [InlineData("use_rslora", "\"no\"")]
    [InlineData("target_modules", "null")]
    [InlineData("target_modules", "3")]
    [InlineData("target_modules", "[]")]
    [InlineData("target_modules", """["nothing"]""")]
    [InlineData("target_modules", "\"((\"")]
    [InlineData("target_modules", "\"(.*a*)*(.*b*)*(.*c*)*!\"")]
    [InlineData("exclude_modules", "\"a)|(b\"")]
    [InlineData("rank_pattern", """{"((":2}""")]
    [InlineData("rank_pattern", """{"query":2.5}""")]
    [InlineData("alpha_pattern", """{"query":"2"}""")]
    [InlineData("layers_to_transform", "\"1\"")]
    [InlineData("layers_pattern", "\"layer\"")]
    [InlineData("modules_to_save", """["classifier","layernorm"]""")]
    [InlineData("modules_to_save", """["classifier","vit.embeddings.patch_embeddings"]""")]
    [InlineData("modules_to_save", """["classifier","q_proj"]""")]
    public async Task What_is_not_computed_or_makes_no_sense_is_refused_by_its_field(string field, string value)
    {
        using var changed = new ChangedAdapters("vit-r4");
        await changed.SetAsync(field, value);
        var refusal = Assert.Throws<AdapterException>(() => AdapterSet.Read("vit-r4", changed.Members, model.Catalogue));
        Assert.Contains(field == "r" && value == "5" ? "rank" : field, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("member-00", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Layers_beside_a_regular_expression_are_refused_as_peft_refuses_them()
    {
        using var changed = new ChangedAdapters("vit-regex");
        await changed.SetAsync("layers_to_transform", "[1]");
        var refusal = Assert.Throws<AdapterException>(() => AdapterSet.Read("vit-regex", changed.Members, model.Catalogue));
        Assert.Contains("layers_to_transform", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whole_numbers_are_no_factors_also_where_only_headers_are_read()
    {
        using var changed = new ChangedAdapters("vit-r4");
        const string name = "base_model.model.vit.encoder.layer.0.attention.attention.query.lora_B.weight";
        await changed.EditAsync("member-00", tensors => tensors[name] = ones(48, 4, dtype: ScalarType.Int64));
        var read = Assert.Throws<AdapterException>(() => AdapterSet.Read("vit-r4", changed.Members, model.Catalogue));
        var surveyed = Assert.Throws<AdapterException>(() => AdapterSurvey.Read(changed.Members[0]));
        Assert.All(new[] { read, surveyed }, refusal => Assert.Contains($"{name} is I64", refusal.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_field_that_stands_twice_is_refused()
    {
        using var changed = new ChangedAdapters("vit-r4");
        var path = Path.Combine(changed.Members[1], "adapter_config.json");
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(path, text.Insert(text.IndexOf('{') + 1, "\"r\":8,"), TestContext.Current.CancellationToken);
        var refusal = Assert.Throws<AdapterException>(() => AdapterSet.Read("vit-r4", changed.Members, model.Catalogue));
        Assert.Contains("'r'", refusal.Message, StringComparison.Ordinal);
    }
}
