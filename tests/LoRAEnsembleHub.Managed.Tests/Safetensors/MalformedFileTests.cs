using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Managed.Tests.Safetensors;

/// <summary>One file by hand for every way of being wrong; kind, tensor and message are asserted.</summary>
public sealed class MalformedFileTests
{
    private const string One = """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";

    [Fact]
    public void A_file_without_room_for_the_header_length_is_refused() =>
        Refused([1, 2, 3], SafetensorsDefect.FileTooShort, null, "the file has 3 bytes; the header length alone needs 8.");

    [Theory]
    [InlineData(100_000_001UL)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    public void A_header_above_the_cap_is_refused_before_anything_is_read(ulong length) =>
        Refused(
            Bytes.Length(length),
            SafetensorsDefect.HeaderTooLarge,
            null,
            $"the header length is {length} bytes; at most 100000000 are allowed. Is it a safetensors file?"
        );

    [Fact]
    public void A_header_longer_than_the_file_is_refused_by_name() =>
        Refused(
            [.. Bytes.Length(5000), .. "{}"u8],
            SafetensorsDefect.HeaderLongerThanFile,
            null,
            "the header length is 5000 bytes, but only 2 bytes follow it. Is the file complete?"
        );

    [Fact]
    public void A_header_that_is_not_utf8_is_refused() =>
        Refused(Bytes.File([(byte)'{', 0xFF, (byte)'}']), SafetensorsDefect.HeaderNotUtf8, null, "the header is not valid UTF-8.");

    [Theory]
    [InlineData("[]", "an array")]
    [InlineData("12", "a number")]
    [InlineData("null", "null")]
    [InlineData("true", "a truth value")]
    [InlineData("\"a\"", "a string")]
    public void A_header_that_is_not_an_object_is_refused(string header, string kind) =>
        Refused(Bytes.File(header), SafetensorsDefect.HeaderNotJson, null, $"the header is {kind}; it must be an object.");

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("{}{}")]
    [InlineData("{}\0")]
    [InlineData("{}\v")]
    [InlineData("\uFEFF{}")]
    [InlineData("{/**/}")]
    [InlineData("{'a':1}")]
    [InlineData("""{"a":NaN}""")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[00],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":"\udc00"}}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":{"\ud800":1}}}""")]
    [InlineData("""{"__metadata__":{"a":"\ud800\ud800"}}""")]
    public void A_header_that_is_not_json_is_refused(string header)
    {
        var exception = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Parse(Bytes.File(header), "file"));
        Assert.Equal(SafetensorsDefect.HeaderNotJson, exception.Defect);
        Assert.StartsWith("file: the header is not valid JSON: ", exception.Message, StringComparison.Ordinal);
        Assert.NotNull(exception.InnerException);
    }

    [Theory]
    [InlineData("1e999", false)]
    [InlineData("-1e999", false)]
    [InlineData("1.7976931348623158e308", false)]
    [InlineData("1e308", true)]
    [InlineData("1e-999", true)]
    [InlineData("123456789012345678901234567890", true)]
    public void A_number_in_an_unknown_field_must_fit_double_precision_as_for_the_reference(string number, bool accepted)
    {
        var bytes = Bytes.File($$$"""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":[{"y":{{{number}}}}]}}""");
        if (accepted)
        {
            Assert.Equal(0, SafetensorsFile.Parse(bytes, "file")["a"].ElementCount);
        }
        else
        {
            Refused(bytes, SafetensorsDefect.HeaderNotJson, "a", "an unknown field holds a number beyond double precision.");
        }
    }

    [Theory]
    [InlineData(125, true)]
    [InlineData(126, false)]
    public void Nesting_ends_where_the_reference_ends_it(int arrays, bool accepted)
    {
        // Two objects stand around the arrays, and 127 containers are the limit.
        var nested = new string('[', arrays) + new string(']', arrays);
        var bytes = Bytes.File($$$"""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":{{{nested}}}}}""");
        Assert.Equal(accepted, Record.Exception(() => SafetensorsFile.Parse(bytes, "file")) is null);
    }

    [Theory]
    [InlineData("4", "the entry is a number; it must be an object.")]
    [InlineData("null", "the entry is null; it must be an object.")]
    [InlineData("""["F32",[1],[0,4]]""", "the entry is an array; it must be an object.")]
    [InlineData("""{"shape":[1],"data_offsets":[0,4]}""", "the field dtype is missing.")]
    [InlineData("""{"dtype":"F32","data_offsets":[0,4]}""", "the field shape is missing.")]
    [InlineData("""{"dtype":"F32","shape":[1]}""", "the field data_offsets is missing.")]
    [InlineData("""{"DType":"F32","shape":[1],"data_offsets":[0,4]}""", "the field dtype is missing.")]
    [InlineData("""{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}""", "the field dtype appears twice.")]
    [InlineData("""{"dtype":"F32","shape":[1],"sh\u0061pe":[1],"data_offsets":[0,4]}""", "the field shape appears twice.")]
    [InlineData("""{"dtype":3,"shape":[1],"data_offsets":[0,4]}""", "dtype is a number; it must be a string.")]
    [InlineData("""{"dtype":{"F32":null},"shape":[1],"data_offsets":[0,4]}""", "dtype is an object; it must be a string.")]
    [InlineData("""{"dtype":"F32","shape":1,"data_offsets":[0,4]}""", "shape is a number; it must be an array.")]
    [InlineData("""{"dtype":"F32","shape":null,"data_offsets":[0,4]}""", "shape is null; it must be an array.")]
    [InlineData("""{"dtype":"F32","shape":[1],"data_offsets":[4]}""", "data_offsets has 1 numbers; it must have two.")]
    [InlineData("""{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}""", "data_offsets has more than two numbers.")]
    [InlineData("""{"dtype":"F32","shape":[1],"data_offsets":{}}""", "data_offsets is an object; it must be an array of two numbers.")]
    public void An_entry_of_the_wrong_form_is_refused(string entry, string problem) =>
        Refused(Bytes.File($$$"""{"a":{{{entry}}}}""", 0, 0, 0, 0), SafetensorsDefect.InvalidEntry, "a", problem);

    [Theory]
    [InlineData("-1", "-1")]
    [InlineData("-0", "-0")]
    [InlineData("1.0", "1.0")]
    [InlineData("1e0", "1e0")]
    [InlineData("18446744073709551616", "18446744073709551616")]
    [InlineData("\"1\"", "a string")]
    [InlineData("true", "a truth value")]
    [InlineData("null", "null")]
    [InlineData("[1]", "an array")]
    public void A_size_or_offset_that_is_not_a_whole_number_is_refused(string number, string found)
    {
        var rule = "it must hold whole numbers from 0 to 18446744073709551615.";
        var shape = Bytes.File($$$"""{"a":{"dtype":"F32","shape":[{{{number}}}],"data_offsets":[0,4]}}""", 0, 0, 0, 0);
        Refused(shape, SafetensorsDefect.InvalidEntry, "a", $"shape holds {found}; {rule}");
        var offsets = Bytes.File($$$"""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,{{{number}}}]}}""", 0, 0, 0, 0);
        Refused(offsets, SafetensorsDefect.InvalidEntry, "a", $"data_offsets holds {found}; {rule}");
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("F31")]
    [InlineData("")]
    public void An_unknown_element_type_is_refused_by_name(string dtype) =>
        Refused(
            Bytes.File($$$"""{"a":{"dtype":"{{{dtype}}}","shape":[1],"data_offsets":[0,4]}}""", 0, 0, 0, 0),
            SafetensorsDefect.UnknownDtype,
            "a",
            $"the dtype '{dtype}' is unknown."
        );

    [Theory]
    [InlineData("""{"__metadata__":[]}""", "__metadata__ is an array; it must be an object.")]
    [InlineData("""{"__metadata__":"x"}""", "__metadata__ is a string; it must be an object.")]
    [InlineData("""{"__metadata__":{"k":1}}""", "__metadata__ 'k' is a number; it must be a string.")]
    [InlineData("""{"__metadata__":{"k":null}}""", "__metadata__ 'k' is null; it must be a string.")]
    [InlineData("""{"__metadata__":{"k":{}}}""", "__metadata__ 'k' is an object; it must be a string.")]
    [InlineData("""{"__metadata__":{"k":"1","\u006b":"1"}}""", "__metadata__ has the key 'k' twice.")]
    [InlineData("""{"__metadata__":{},"__metad\u0061ta__":{}}""", "__metadata__ appears twice.")]
    [InlineData("""{"__metadata__":null,"__metadata__":null}""", "__metadata__ appears twice.")]
    public void Metadata_of_the_wrong_form_is_refused(string header, string problem) =>
        Refused(Bytes.File(header), SafetensorsDefect.InvalidMetadata, null, problem);

    [Fact]
    public void Null_metadata_is_none() => Assert.Null(SafetensorsFile.Parse(Bytes.File("""{"__metadata__":null}"""), "file").Metadata);

    [Theory]
    [InlineData(4, 8, "the offsets [4, 8] leave a hole; the data before ends at 0.")]
    [InlineData(4, 0, "the offsets [4, 0] end before they begin.")]
    public void A_tensor_out_of_place_is_refused(long begin, long end, string problem)
    {
        var bytes = Bytes.File("{" + Bytes.Entry("a", "F32", "[1]", begin, end) + "}", new byte[8]);
        Refused(bytes, SafetensorsDefect.InvalidOffsets, "a", problem);
    }

    [Fact]
    public void Two_tensors_on_the_same_bytes_are_refused()
    {
        var header = "{" + Bytes.Entry("a", "U8", "[2]", 0, 2) + "," + Bytes.Entry("b", "U8", "[2]", 1, 3) + "}";
        var problem = "the offsets [1, 3] overlap the tensor before, which ends at 2.";
        Refused(Bytes.File(header, 1, 2, 3), SafetensorsDefect.InvalidOffsets, "b", problem);
    }

    [Theory]
    [InlineData("[2]", 4, "the offsets [0, 4] hold 4 bytes; shape [2] of F32 needs 8.")]
    [InlineData("[]", 8, "the offsets [0, 8] hold 8 bytes; shape [] of F32 needs 4.")]
    [InlineData("[0]", 4, "the offsets [0, 4] hold 4 bytes; shape [0] of F32 needs 0.")]
    public void A_shape_that_does_not_fit_the_offsets_is_refused(string shape, int bytes, string problem)
    {
        var file = Bytes.File("{" + Bytes.Entry("a", "F32", shape, 0, bytes) + "}", new byte[bytes]);
        Refused(file, SafetensorsDefect.SizeMismatch, "a", problem);
    }

    [Theory]
    [InlineData("F4", "[3]", 12)]
    [InlineData("F6_E2M3", "[2]", 12)]
    [InlineData("F6_E3M2", "[]", 6)]
    public void Narrow_elements_that_do_not_fill_whole_bytes_are_refused(string dtype, string shape, int bits)
    {
        var file = Bytes.File("{" + Bytes.Entry("a", dtype, shape, 0, 2) + "}", 0, 0);
        var problem = $"shape {shape} of {dtype} takes {bits} bits; that must be a whole number of bytes.";
        Refused(file, SafetensorsDefect.NotWholeBytes, "a", problem);
    }

    [Theory]
    [InlineData("[8589934592, 8589934592]")]
    [InlineData("[4611686018427387904]")]
    [InlineData("[9223372036854775807]")]
    [InlineData("[4294967296, 4294967296, 0]")]
    public void A_size_beyond_64_bits_is_refused(string shape)
    {
        var file = Bytes.File("{" + Bytes.Entry("a", "F32", shape, 0, 4) + "}", 0, 0, 0, 0);
        Refused(file, SafetensorsDefect.ShapeOverflow, "a", $"the size of shape {shape} of F32 does not fit 64 bits.");
    }

    [Fact]
    public void A_dimension_beyond_a_signed_64_bit_number_is_refused_even_in_an_empty_tensor()
    {
        var file = Bytes.File("{" + Bytes.Entry("a", "F32", "[0,9223372036854775808]", 0, 0) + "}");
        var problem = "the shape holds 9223372036854775808; at most 9223372036854775807 is allowed.";
        Refused(file, SafetensorsDefect.ShapeOverflow, "a", problem);
    }

    [Fact]
    public void An_empty_tensor_may_have_huge_other_dimensions()
    {
        var file = Bytes.File("{" + Bytes.Entry("a", "F32", "[0,9223372036854775807,9223372036854775807]", 0, 0) + "}");
        Assert.Equal(0, SafetensorsFile.Parse(file, "file")["a"].Slice(1, 5, 7).ElementCount);
    }

    [Fact]
    public void Bytes_after_the_last_tensor_are_refused() =>
        Refused(
            Bytes.File(One, 0, 0, 0, 0, 80, 75),
            SafetensorsDefect.DataLengthMismatch,
            null,
            "the header describes 4 bytes of data, but the file holds 6; nothing may follow the last tensor."
        );

    [Fact]
    public void A_truncated_file_is_refused() =>
        Refused(
            Bytes.File(One, 0, 0, 0),
            SafetensorsDefect.DataLengthMismatch,
            null,
            "the header describes 4 bytes of data, but the file holds 3. Is the file complete?"
        );

    [Fact]
    public void A_name_twice_is_refused_however_it_is_spelled()
    {
        var header = "{" + Bytes.Entry("a", "U8", "[0]", 0, 0) + "," + Bytes.Entry("\\u0061", "U8", "[0]", 0, 0) + "}";
        Refused(Bytes.File(header), SafetensorsDefect.DuplicateName, "a", "the name appears twice.");
    }

    [Fact]
    public void A_name_above_the_limit_is_refused_and_cut_in_the_message()
    {
        var name = new string('n', SafetensorsLimits.MaxNameLength + 1);
        var file = Bytes.File("{" + Bytes.Entry(name, "U8", "[0]", 0, 0) + "}");
        var exception = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Parse(file, "file"));
        Assert.Equal((SafetensorsDefect.LimitExceeded, name), (exception.Defect, exception.Tensor));
        Assert.True(exception.Message.Length < 300, exception.Message);
        Assert.EndsWith("…': the name has 65537 characters; at most 65536 are allowed.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rank_above_the_limit_is_refused_before_it_takes_memory()
    {
        var shape = "[" + string.Join(",", Enumerable.Repeat("1", SafetensorsLimits.MaxRank + 1)) + "]";
        var file = Bytes.File("{" + Bytes.Entry("a", "U8", shape, 0, 1) + "}", 7);
        Refused(file, SafetensorsDefect.LimitExceeded, "a", "the shape has more than 1024 dimensions.");
    }

    [Fact]
    public void Control_characters_of_a_name_are_escaped_in_messages()
    {
        var file = Bytes.File("{" + Bytes.Entry("a\\n\\u001b[31m", "F31", "[0]", 0, 0) + "}");
        var exception = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Parse(file, "file"));
        Assert.Equal("file: tensor 'a\\u000a\\u001b[31m': the dtype 'F31' is unknown.", exception.Message);
        Assert.Equal("a\n\u001b[31m", exception.Tensor);
    }

    [Fact]
    public void White_space_round_the_header_and_unknown_fields_are_accepted()
    {
        var header =
            "\r\n\t " + One.Replace("[0,4]", """[0,4],"note":{"any":["thing",1e3,null]},"note":2""", StringComparison.Ordinal) + " \n";
        Assert.Equal(4, SafetensorsFile.Parse(Bytes.File(header, 0, 0, 0, 0), "file")["a"].ByteCount);
    }

    private static void Refused(byte[] bytes, SafetensorsDefect defect, string? tensor, string problem)
    {
        var exception = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Parse(bytes, "file"));
        Assert.Equal(defect, exception.Defect);
        Assert.Equal(tensor, exception.Tensor);
        Assert.Equal("file", exception.File);
        Assert.Equal(tensor is null ? $"file: {problem}" : $"file: tensor '{tensor}': {problem}", exception.Message);
    }
}
