using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Models;

public sealed class BertTests : IDisposable
{
    private readonly PretrainedModel model = PretrainedModels.Load(Golden.Folder("models", "bert"));
    private readonly IReadOnlyDictionary<string, Tensor> inputs = Golden.Tensors(Golden.PathOf("models", "bert", "expected.safetensors"));

    public void Dispose() => model.Dispose();

    [Theory]
    [InlineData("""{"model_type":"vit"}""", "model_type")]
    [InlineData("""{"model_type":"bert","position_embedding_type":"relative_key"}""", "relative_key")]
    [InlineData("""{"model_type":"bert","is_decoder":true}""", "is_decoder")]
    [InlineData("""{"model_type":"bert","add_cross_attention":true}""", "add_cross_attention")]
    [InlineData("""{"model_type":"bert","vocab_size":0}""", "vocab_size")]
    [InlineData("""{"model_type":"bert","max_position_embeddings":0}""", "max_position_embeddings")]
    [InlineData("""{"model_type":"bert","type_vocab_size":0}""", "type_vocab_size")]
    [InlineData("""{"model_type":"bert","classifier_dropout":1}""", "classifier_dropout")]
    [InlineData("""{"model_type":"bert","architectures":["BertForQuestionAnswering"]}""", "BertForQuestionAnswering")]
    public void What_cannot_be_computed_is_refused_by_name(string json, string named) =>
        Assert.Contains(
            named,
            Assert.Throws<ModelException>(() => BertConfig.Parse(json, "config.json")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Fields_left_out_take_the_defaults_of_transformers()
    {
        var config = BertConfig.Parse("""{"model_type":"bert"}""", "config.json");
        Assert.Equal((30522, 512, 2, 0), (config.VocabSize, config.MaxPositionEmbeddings, config.TypeVocabSize, config.PadTokenId));
        Assert.Equal((0.1, 0.1, null), (config.HiddenDropoutProb, config.AttentionProbsDropoutProb, config.ClassifierDropout));
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("bert-v5")]
    public void The_config_of_transformers_comes_back_as_it_was(string name)
    {
        var path = Golden.PathOf("models", name, "config.json");
        var expected = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        var actual = System.Text.Json.Nodes.JsonNode.Parse(BertConfig.Parse(File.ReadAllText(path), path).ToJson())!.AsObject();
        foreach (var (field, value) in expected.Where(entry => entry.Value is not null))
        {
            Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(value, actual[field]), $"{field} was {value} and is {actual[field]}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void Padding_does_not_change_the_logits(int padding)
    {
        using var set = AdapterSet.Read("members", Members(), model.Catalogue);
        model.Attach(set);
        using var first = Run();
        var tokens = inputs["input_ids"].size(1);
        Tensor Padded(string name, long filler) => cat([inputs[name], full([inputs[name].size(0), padding], filler, ScalarType.Int64)], 1);
        using var outputs = model.Forward(
            new Dictionary<string, Tensor>
            {
                // any token may fill up; what is masked is not looked at
                ["input_ids"] = Padded("input_ids", 77),
                ["attention_mask"] = Padded("attention_mask", 0),
                ["token_type_ids"] = Padded("token_type_ids", 1),
            }
        );
        Assert.Equal(14, tokens);
        Assert.True(first.Logits.allclose(outputs.Logits, rtol: 0, atol: 2e-6));
    }

    [Fact]
    public void A_text_alone_gives_what_it_gives_in_a_padded_batch()
    {
        using var together = Run();
        for (var text = 0; text < inputs["input_ids"].size(0); text++)
        {
            var length = inputs["attention_mask"][text].sum().item<long>();
            using var alone = model.Forward(
                new Dictionary<string, Tensor>
                {
                    ["input_ids"] = inputs["input_ids"].narrow(0, text, 1).narrow(1, 0, length),
                    ["token_type_ids"] = inputs["token_type_ids"].narrow(0, text, 1).narrow(1, 0, length),
                }
            );
            Assert.True(together.Logits[text].allclose(alone.Logits[0], rtol: 0, atol: 2e-6));
        }
    }

    [Fact]
    public void A_mask_of_ones_and_token_types_of_zeros_are_the_same_as_none()
    {
        using var bare = model.Forward(new Dictionary<string, Tensor> { ["input_ids"] = inputs["input_ids"] });
        using var spelled = model.Forward(
            new Dictionary<string, Tensor>
            {
                ["input_ids"] = inputs["input_ids"].to(ScalarType.Int32),
                ["attention_mask"] = ones_like(inputs["input_ids"]),
                ["token_type_ids"] = zeros_like(inputs["input_ids"]),
            }
        );
        Assert.True(bare.Logits.allclose(spelled.Logits, rtol: 0, atol: 1e-6));
        using var masked = Run();
        Assert.False(bare.Logits.allclose(masked.Logits));
    }

    [Fact]
    public void Layer_norms_called_gamma_and_beta_are_told_as_TensorFlow_names() =>
        Assert.Equal(["TensorFlow"], ModelSurvey.Read(Golden.Folder("models", "bert-legacy")).Layouts);

    [Fact]
    public async Task Heads_of_pretraining_are_left_alone()
    {
        using var changed = new ChangedModel("bert");
        changed.Config["architectures"] = new System.Text.Json.Nodes.JsonArray("BertForMaskedLM");
        changed.Weights.Remove("classifier.weight");
        changed.Weights.Remove("classifier.bias");
        string[] heads = ["cls.predictions.bias", "cls.predictions.transform.LayerNorm.gamma", "cls.seq_relationship.weight"];
        foreach (var head in heads.Append("bert.embeddings.position_ids"))
        {
            changed.Weights.Add(
                head,
                zeros(1, 24, dtype: head.EndsWith("ids", StringComparison.Ordinal) ? ScalarType.Int64 : ScalarType.Float32)
            );
        }

        using var headless = PretrainedModels.Load(await changed.WriteAsync());
        Assert.Empty(headless.Labels);
        Assert.Equal([.. heads.Prepend("bert.embeddings.position_ids")], headless.Report.Ignored);
        using var outputs = headless.Forward(changed.Expected);
        Assert.True(outputs.Named["pooled"].allclose(changed.Expected["pooled"], atol: 1e-5));

        using var set = AdapterSet.Read("members", Members(), headless.Catalogue);
        headless.Attach(set);
        model.Attach(set);
        using var own = headless.Forward(changed.Expected);
        using var other = Run();
        Assert.True(own.Logits.bytes.SequenceEqual(other.Logits.bytes));
    }

    [Fact]
    public async Task A_checkpoint_without_the_pooler_is_refused_by_name()
    {
        using var changed = new ChangedModel("bert");
        changed.Weights.Remove("bert.pooler.dense.weight");
        var folder = await changed.WriteAsync();
        var refusal = Assert.Throws<LoRAEnsembleHub.Weights.WeightsException>(() => PretrainedModels.Load(folder));
        Assert.Contains("pooler.dense.weight", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("input_ids", 120, "119")]
    [InlineData("input_ids", -1, "-1")]
    [InlineData("token_type_ids", 2, "token_type_ids")]
    [InlineData("attention_mask", 2, "attention_mask")]
    public void Numbers_out_of_range_are_refused_before_anything_is_computed(string input, int value, string named)
    {
        var changed = Inputs();
        changed[input] = inputs[input].clone();
        changed[input][1, 3] = tensor((long)value);
        Assert.Contains(named, Assert.Throws<ModelException>(() => model.Forward(changed)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_tokens_than_positions_are_refused()
    {
        var longer = new Dictionary<string, Tensor> { ["input_ids"] = zeros(1, 25, dtype: ScalarType.Int64) };
        Assert.Contains("24 positions", Assert.Throws<ModelException>(() => model.Forward(longer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_of_other_shapes_and_types_are_refused()
    {
        string Refusal(Dictionary<string, Tensor> wrong) => Assert.Throws<ModelException>(() => model.Forward(wrong)).Message;
        var ids = inputs["input_ids"];
        Assert.Contains("input_ids is missing", Refusal([]), StringComparison.Ordinal);
        Assert.Contains("[batch, tokens]", Refusal(new() { ["input_ids"] = ids[0] }), StringComparison.Ordinal);
        Assert.Contains("[batch, tokens]", Refusal(new() { ["input_ids"] = ids.narrow(0, 0, 0) }), StringComparison.Ordinal);
        Assert.Contains("same shape", Refusal(new() { ["input_ids"] = ids, ["attention_mask"] = ones(3, 13) }), StringComparison.Ordinal);
        Assert.Contains("Float32", Refusal(new() { ["input_ids"] = ids.to(ScalarType.Float32) }), StringComparison.Ordinal);
    }

    private static string[] Members() =>
        [.. Directory.GetDirectories(Golden.Folder("peft", "bert-r4"), "member-*").Order(StringComparer.Ordinal)];

    private Dictionary<string, Tensor> Inputs() => model.InputNames.ToDictionary(name => name, name => inputs[name]);

    private ModelOutputs Run() => model.Forward(Inputs());
}
