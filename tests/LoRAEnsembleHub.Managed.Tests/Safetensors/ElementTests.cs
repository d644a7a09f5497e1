using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Safetensors.Views;

namespace LoRAEnsembleHub.Managed.Tests.Safetensors;

public sealed class ElementTests
{
    [Fact]
    public void Every_element_type_has_the_name_and_width_of_the_format()
    {
        string[] names =
        [
            "BOOL/8",
            "F4/4",
            "F6_E2M3/6",
            "F6_E3M2/6",
            "U8/8",
            "I8/8",
            "F8_E5M2/8",
            "F8_E4M3/8",
            "F8_E8M0/8",
            "F8_E4M3FNUZ/8",
            "F8_E5M2FNUZ/8",
            "I16/16",
            "U16/16",
            "F16/16",
            "BF16/16",
            "I32/32",
            "U32/32",
            "F32/32",
            "C64/64",
            "F64/64",
            "I64/64",
            "U64/64",
        ];
        Assert.Equal(names, Enum.GetValues<SafetensorsDtype>().Select(dtype => $"{dtype.Name}/{dtype.BitsPerElement}"));
        foreach (var dtype in Enum.GetValues<SafetensorsDtype>())
        {
            Assert.True(SafetensorsDtype.TryParse(dtype.Name, out var parsed));
            Assert.Equal(dtype, parsed);
        }

        Assert.False(SafetensorsDtype.TryParse("bf16", out _));
        Assert.False(SafetensorsDtype.TryParse(null, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => ((SafetensorsDtype)22).Name);
        Assert.Throws<ArgumentOutOfRangeException>(() => ((SafetensorsDtype)(-1)).BitsPerElement);
    }

    [Fact]
    public void Elements_of_every_dotnet_type_come_back()
    {
        ComesBack(SafetensorsDtype.Bool, true, false);
        ComesBack<byte>(SafetensorsDtype.U8, 0, 255);
        ComesBack<sbyte>(SafetensorsDtype.I8, -128, 127);
        ComesBack<short>(SafetensorsDtype.I16, short.MinValue, 7);
        ComesBack<ushort>(SafetensorsDtype.U16, 65535);
        ComesBack(SafetensorsDtype.F16, (Half)0.5, Half.NaN);
        ComesBack(SafetensorsDtype.I32, int.MinValue, 1);
        ComesBack(SafetensorsDtype.U32, uint.MaxValue);
        ComesBack(SafetensorsDtype.F32, 1.5f, float.NegativeInfinity);
        ComesBack(SafetensorsDtype.F64, Math.PI);
        ComesBack(SafetensorsDtype.I64, long.MinValue);
        ComesBack(SafetensorsDtype.U64, ulong.MaxValue);
        ComesBack<float>(SafetensorsDtype.F32);
    }

    [Fact]
    public void More_elements_than_one_piece_come_back()
    {
        var values = Enumerable.Range(0, 700_001).Select(value => value * 0.5).ToArray();
        using var file = Bytes.Parsed(TensorToWrite.From<double>("x", [700_001], values));
        Assert.Equal(values, file["x"].ToArray<double>());
        Assert.Equal(values.Select(value => (float)value), file["x"].ToSingles());
    }

    [Fact]
    public void Any_byte_but_0_is_true()
    {
        using var file = Bytes.Parsed(new TensorToWrite("x", SafetensorsDtype.Bool, [3], new byte[] { 0, 2, 255 }));
        Assert.Equal([0, 1, 1], file["x"].ToArray<bool>().Select(value => BitConverter.GetBytes(value)[0]));
        Assert.Equal([0f, 1f, 1f], file["x"].ToSingles());
    }

    [Fact]
    public void Another_type_than_that_of_the_elements_is_refused()
    {
        using var file = Bytes.Parsed("x", [1], 1);
        var exception = Assert.Throws<InvalidOperationException>(() => file["x"].ToArray<int>());
        Assert.Equal("'x' F32 [1] holds Single elements, not Int32.", exception.Message);
        using var brain = Bytes.Parsed(new TensorToWrite("y", SafetensorsDtype.BF16, [1], new byte[2]));
        exception = Assert.Throws<InvalidOperationException>(() => brain["y"].ToArray<ushort>());
        Assert.Equal(
            "'y' BF16 [1] holds BF16 elements, for which .NET has no type; read the bytes, or widen them with ToSingles.",
            exception.Message
        );
    }

    [Fact]
    public void Every_real_number_is_widened_to_its_value()
    {
        Widens(SafetensorsDtype.F16, Bytes.Of((Half)1.5, (Half)(-65504), Half.Epsilon), 1.5f, -65504, 5.9604645E-08f);
        Widens(SafetensorsDtype.BF16, Bytes.Of<ushort>(0x3F80, 0xC040, 0x7F80, 0x0001), 1, -3, float.PositiveInfinity, 9.18355E-41f);
        Widens(SafetensorsDtype.F32, Bytes.Of(0.1f), 0.1f);
        Widens(SafetensorsDtype.F64, Bytes.Of(0.1, 1e300), 0.1f, float.PositiveInfinity);
        Widens(SafetensorsDtype.I8, Bytes.Of<sbyte>(-128), -128);
        Widens(SafetensorsDtype.U8, [255], 255);
        Widens(SafetensorsDtype.I16, Bytes.Of(short.MinValue), -32768);
        Widens(SafetensorsDtype.U16, Bytes.Of(ushort.MaxValue), 65535);
        Widens(SafetensorsDtype.I32, Bytes.Of(int.MinValue), -2147483648f);
        Widens(SafetensorsDtype.U32, Bytes.Of(uint.MaxValue), 4294967296f);
        Widens(SafetensorsDtype.I64, Bytes.Of(long.MinValue), -9223372036854775808f);
        Widens(SafetensorsDtype.U64, Bytes.Of(ulong.MaxValue), 18446744073709551616f);
    }

    [Fact]
    public void Brain_floats_are_widened_alike_at_every_place_of_an_array()
    {
        var bits = Enumerable.Range(0, 0x10000).Select(value => (ushort)value).ToArray();
        var values = bits.Select(value => BitConverter.UInt32BitsToSingle((uint)value << 16)).ToArray();
        for (var from = 0; from < 70; from++)
        {
            Widens(SafetensorsDtype.BF16, Bytes.Of(bits[from..^from]), values[from..^from]);
        }
    }

    [Fact]
    public void Every_8_bit_float_is_widened_to_its_value()
    {
        // One, the largest, the smallest above 0, minus two, and what stands where infinity or negative zero might.
        Widens(SafetensorsDtype.F8E5M2, [0x3C, 0x7B, 0x01, 0xC0, 0x7C, 0x7D], 1, 57344, 1 / 65536f, -2, float.PositiveInfinity, float.NaN);
        Widens(SafetensorsDtype.F8E4M3, [0x38, 0x7E, 0x01, 0xC0, 0x7F, 0xFF], 1, 448, 1 / 512f, -2, float.NaN, float.NaN);
        Widens(SafetensorsDtype.F8E4M3Fnuz, [0x40, 0x7F, 0x01, 0xC8, 0x80, 0x00], 1, 240, 1 / 1024f, -2, float.NaN, 0);
        Widens(SafetensorsDtype.F8E5M2Fnuz, [0x40, 0x7F, 0x01, 0xC4, 0x80, 0x00], 1, 57344, 1 / 131072f, -2, float.NaN, 0);
        Widens(SafetensorsDtype.F8E8M0, [127, 254, 0, 128, 255], 1, MathF.ScaleB(1, 127), MathF.ScaleB(1, -127), 2, float.NaN);
    }

    [Theory]
    [InlineData(SafetensorsDtype.C64)]
    [InlineData(SafetensorsDtype.F4)]
    [InlineData(SafetensorsDtype.F6E2M3)]
    public void What_is_no_single_number_of_whole_bytes_is_not_widened(SafetensorsDtype dtype)
    {
        using var file = Bytes.Parsed(new TensorToWrite("x", dtype, [4], new byte[4 * dtype.BitsPerElement / 8]));
        var exception = Assert.Throws<InvalidOperationException>(() => file["x"].ToSingles());
        Assert.Contains("have no single-precision values; read the bytes.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Byte_order_is_turned_element_by_element()
    {
        byte[] bytes = [1, 2, 3, 4, 5, 6, 7, 8];
        LittleEndian.Reverse(bytes, 4);
        Assert.Equal([4, 3, 2, 1, 8, 7, 6, 5], bytes);
    }

    private static void ComesBack<T>(SafetensorsDtype dtype, params T[] values)
        where T : unmanaged
    {
        using var file = Bytes.Parsed(TensorToWrite.From<T>("x", [values.Length], values));
        Assert.Equal(dtype, file["x"].Dtype);
        Assert.Equal(values, file["x"].ToArray<T>());
    }

    private static void Widens(SafetensorsDtype dtype, byte[] bytes, params float[] expected)
    {
        using var file = Bytes.Parsed(new TensorToWrite("x", dtype, [expected.Length], bytes));
        Assert.Equal(expected, file["x"].ToSingles());
    }
}
