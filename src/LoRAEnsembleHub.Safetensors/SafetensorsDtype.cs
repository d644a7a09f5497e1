namespace LoRAEnsembleHub.Safetensors;

/// <summary>The element types a safetensors file can hold.</summary>
/// <remarks>
/// The values stand in the ascending alignment order of the reference library (safetensors 0.8, tensor.rs). The writer sorts by that
/// order, so it is part of the format: new values are added where the reference adds them. All types are little-endian.
/// </remarks>
public enum SafetensorsDtype
{
    /// <summary>BOOL: one byte, 0 or 1.</summary>
    Bool,

    /// <summary>F4: four bits, e2m1, two elements to a byte.</summary>
    F4,

    /// <summary>F6_E2M3: six bits, four elements to three bytes.</summary>
    F6E2M3,

    /// <summary>F6_E3M2: six bits, four elements to three bytes.</summary>
    F6E3M2,

    /// <summary>U8: unsigned 8-bit integer.</summary>
    U8,

    /// <summary>I8: signed 8-bit integer.</summary>
    I8,

    /// <summary>F8_E5M2: 8-bit float with infinities.</summary>
    F8E5M2,

    /// <summary>F8_E4M3: 8-bit float without infinities (e4m3fn).</summary>
    F8E4M3,

    /// <summary>F8_E8M0: a power of two, without sign.</summary>
    F8E8M0,

    /// <summary>F8_E4M3FNUZ: 8-bit float without infinities and without negative zero.</summary>
    F8E4M3Fnuz,

    /// <summary>F8_E5M2FNUZ: 8-bit float without infinities and without negative zero.</summary>
    F8E5M2Fnuz,

    /// <summary>I16: signed 16-bit integer.</summary>
    I16,

    /// <summary>U16: unsigned 16-bit integer.</summary>
    U16,

    /// <summary>F16: IEEE half precision.</summary>
    F16,

    /// <summary>BF16: the upper half of an IEEE single.</summary>
    BF16,

    /// <summary>I32: signed 32-bit integer.</summary>
    I32,

    /// <summary>U32: unsigned 32-bit integer.</summary>
    U32,

    /// <summary>F32: IEEE single precision.</summary>
    F32,

    /// <summary>C64: two singles, the real part first.</summary>
    C64,

    /// <summary>F64: IEEE double precision.</summary>
    F64,

    /// <summary>I64: signed 64-bit integer.</summary>
    I64,

    /// <summary>U64: unsigned 64-bit integer.</summary>
    U64,
}
