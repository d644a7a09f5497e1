namespace LoRAEnsembleHub.Onnx;

/// <summary>AttributeProto: a setting of a node.</summary>
internal static class OnnxAttribute
{
    private const int FloatType = 1;
    private const int IntType = 2;
    private const int IntsType = 7;

    public static ProtoMessage Of(string name, long value) => Named(name, IntType).Number(3, value);

    public static ProtoMessage Of(string name, double value) => Named(name, FloatType).Single(2, (float)value);

    public static ProtoMessage Of(string name, params long[] values)
    {
        var attribute = Named(name, IntsType);
        foreach (var value in values)
        {
            attribute.Number(8, value);
        }

        return attribute;
    }

    private static ProtoMessage Named(string name, int type) => new ProtoMessage().Text(1, name).Number(20, type);
}
