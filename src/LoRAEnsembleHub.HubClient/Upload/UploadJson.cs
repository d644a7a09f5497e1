using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Hub;

/// <summary>Reads and writes what a push says and hears, without reflection.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict
)]
[JsonSerializable(typeof(PreuploadRequest))]
[JsonSerializable(typeof(PreuploadAnswer))]
[JsonSerializable(typeof(LfsBatchRequest))]
[JsonSerializable(typeof(LfsBatchAnswer))]
[JsonSerializable(typeof(LfsCompletion))]
[JsonSerializable(typeof(LfsObject))]
[JsonSerializable(typeof(CommitAnswer))]
[JsonSerializable(typeof(CardRequest))]
[JsonSerializable(typeof(CardAnswer))]
[JsonSerializable(typeof(IReadOnlyList<CommitRecord>))]
[JsonSerializable(typeof(MultipartNote))]
internal sealed partial class UploadJson : JsonSerializerContext;
