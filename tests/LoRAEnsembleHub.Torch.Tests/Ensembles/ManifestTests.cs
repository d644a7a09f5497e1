using System.Text.Json.Nodes;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Ensembles;

namespace LoRAEnsembleHub.Torch.Tests.Ensembles;

public sealed class ManifestTests
{
    private static string Hash { get; } = new('a', 64);

    public static string Valid { get; } =
        $$"""
            {
              "format": "lora-ensemble", "format_version": 1, "method": "lora-ensemble",
              "base_model": { "repo_id": "a/b", "revision": null, "model_type": "vit", "sha256": { "model.safetensors": "{{Hash}}" }, "size": { "model.safetensors": 5 } },
              "members": [
                { "path": "member-00", "seed": 9007199254740993, "sha256": { "adapter_config.json": "{{Hash}}", "adapter_model.safetensors": "{{Hash}}" } },
                { "path": "member-01", "seed": null, "sha256": { "adapter_config.json": "{{Hash}}", "adapter_model.safetensors": "{{Hash}}" } }
              ],
              "problem_type": "single_label_classification", "id2label": { "0": "a", "1": "b" },
              "aggregation": "mean_probability", "temperature": null, "training": {}, "metrics": [ { "name": "accuracy", "value": 0.5 } ]
            }
            """;

    [Theory]
    [InlineData("format", "\"other\"")]
    [InlineData("format", "null")]
    [InlineData("format_version", "2")]
    [InlineData("format_version", "0")]
    [InlineData("format_version", "1.5")]
    [InlineData("format_version", "\"1\"")]
    [InlineData("format_version", "null")]
    [InlineData("method", "\"unheard-of\"")]
    [InlineData("method", "\"single-lora\"")]
    [InlineData("method", "7")]
    [InlineData("base_model", "null")]
    [InlineData("base_model", "\"a/b\"")]
    [InlineData("base_model", """{"sha256":{"model.safetensors":"abc"}}""")]
    [InlineData("base_model", """{"sha256":{"model.safetensors":null}}""")]
    [InlineData("base_model", """{"sha256":{"../model.safetensors":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}""")]
    [InlineData("base_model", """{"size":{"model.safetensors":"5"}}""")]
    [InlineData("base_model", """{"revision":"main"}""")]
    [InlineData("base_model", """{"revision":"../../../etc/passwd"}""")]
    [InlineData("members", "null")]
    [InlineData("members", "[]")]
    [InlineData("members", "{}")]
    [InlineData("members", "[null]")]
    [InlineData("members", "[3]")]
    [InlineData("members", """[{"path":"../member-00"}]""")]
    [InlineData("members", """[{"path":"/tmp"}]""")]
    [InlineData("members", """[{"path":"member-00/../../x"}]""")]
    [InlineData("members", """[{"path":"member-01"}]""")]
    [InlineData("members", """[{"path":"member-00"},{"path":"member-00"}]""")]
    [InlineData("members", """[{"path":"member-00"},{"path":"member-02"}]""")]
    [InlineData("members", """[{"path":"member-0"}]""")]
    [InlineData("members", """[{}]""")]
    [InlineData("members", """[{"path":"member-00","seed":1.5}]""")]
    [InlineData("members", """[{"path":"member-00","seed":99999999999999999999}]""")]
    [InlineData("members", """[{"path":"member-00","sha256":"abc"}]""")]
    [InlineData("members", """[{"path":"member-00","sha256":{"adapter_config.json":"x"}}]""")]
    [InlineData("members", """[{"path":"member-00","sha256":{}}]""")]
    [InlineData("problem_type", "\"multi_label_classification\"")]
    [InlineData("problem_type", "\"regression\"")]
    [InlineData("id2label", """{"0":"a","2":"b"}""")]
    [InlineData("id2label", """{"0":"a","1":null}""")]
    [InlineData("id2label", """{"0":1}""")]
    [InlineData("id2label", """["a","b"]""")]
    [InlineData("aggregation", "\"median\"")]
    [InlineData("aggregation", "1")]
    [InlineData("temperature", "0")]
    [InlineData("temperature", "-1")]
    [InlineData("temperature", "1e999")]
    [InlineData("temperature", "\"hot\"")]
    [InlineData("temperature", "true")]
    [InlineData("temperature", "{}")]
    [InlineData("temperature", "[1]")]
    [InlineData("temperature", "[1, null]")]
    [InlineData("temperature", "[1, \"1\"]")]
    [InlineData("temperature", "[1, 0]")]
    [InlineData("training", "[]")]
    [InlineData("metrics", "{}")]
    [InlineData("metrics", "[null]")]
    [InlineData("metrics", """[{"name":"accuracy"}]""")]
    [InlineData("metrics", """[{"value":1}]""")]
    [InlineData("metrics", """[{"name":"accuracy","value":"high"}]""")]
    public void A_wrong_field_is_refused_by_its_name(string field, string value)
    {
        var manifest = JsonNode.Parse(Valid)!;
        manifest[field] = JsonNode.Parse(value);
        var refusal = Assert.Throws<AdapterException>(() => EnsembleManifest.Parse(manifest.ToJsonString(), "here"));
        Assert.StartsWith("here", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(field, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{"format":"lora-ensemble","format_version":2,"members":{"by":"name"},"temperature":"per class"}""",
        "format_version is 2"
    )]
    [InlineData("""{"format":"adapter-zoo","format_version":[1]}""", "adapter-zoo")]
    [InlineData("[]", "JSON object")]
    [InlineData("null", "JSON object")]
    [InlineData("{", "not an ensemble manifest")]
    [InlineData("", "not an ensemble manifest")]
    public void A_manifest_of_another_kind_is_told_so_whatever_its_fields_hold(string json, string told)
    {
        var refusal = Assert.Throws<AdapterException>(() => EnsembleManifest.Parse(json, "here"));
        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_that_stands_twice_is_refused()
    {
        var twice = Valid.Insert(Valid.IndexOf('{') + 1, "\"aggregation\": \"mean_logit\",");
        Assert.Contains(
            "aggregation",
            Assert.Throws<AdapterException>(() => EnsembleManifest.Parse(twice, "here")).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("null", 1, 1)]
    [InlineData("2.5", 2.5, 2.5)]
    [InlineData("[2, 0.5]", 2, 0.5)]
    public void A_temperature_is_nothing_a_number_or_one_for_each_member(string value, double first, double second)
    {
        var manifest = JsonNode.Parse(Valid)!;
        manifest["temperature"] = JsonNode.Parse(value);
        Assert.Equal([first, second], EnsembleManifest.Parse(manifest.ToJsonString(), "here").Temperatures);
    }

    [Fact]
    public void Fields_that_are_not_known_are_kept_on_every_level()
    {
        var manifest = JsonNode.Parse(Valid)!;
        manifest["reviewed_by"] = new JsonArray("a", 1);
        manifest["base_model"]!["mirror"] = "c/d";
        manifest["members"]![1]!["note"] = new JsonObject { ["kept"] = true };
        manifest["metrics"]![0]!["interval"] = new JsonArray(0.4, 0.6);
        var kept = JsonNode.Parse(EnsembleManifest.Parse(manifest.ToJsonString(), "here").ToJson())!;
        Assert.True(JsonNode.DeepEquals(manifest["reviewed_by"], kept["reviewed_by"]));
        Assert.Equal("c/d", (string?)kept["base_model"]!["mirror"]);
        Assert.True((bool)kept["members"]![1]!["note"]!["kept"]!);
        Assert.Equal(0.6, (double)kept["metrics"]![0]!["interval"]![1]!);
        Assert.Equal(9007199254740993, (long)kept["members"]![0]!["seed"]!);
    }
}
