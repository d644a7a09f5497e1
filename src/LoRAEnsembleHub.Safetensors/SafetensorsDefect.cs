namespace LoRAEnsembleHub.Safetensors;

/// <summary>The ways in which a safetensors file, a set of shards, or what is to be written can be wrong.</summary>
public enum SafetensorsDefect
{
    /// <summary>The file has fewer than the 8 bytes of the header length.</summary>
    FileTooShort,

    /// <summary>The header length is above <see cref="SafetensorsLimits.MaxHeaderBytes"/>.</summary>
    HeaderTooLarge,

    /// <summary>The header length reaches beyond the end of the file.</summary>
    HeaderLongerThanFile,

    /// <summary>The header is not UTF-8.</summary>
    HeaderNotUtf8,

    /// <summary>The header is not one JSON object, or something other than white space follows it.</summary>
    HeaderNotJson,

    /// <summary>An entry lacks a field, repeats one, or holds something that is not of the field's kind.</summary>
    InvalidEntry,

    /// <summary>The element type is none of <see cref="SafetensorsDtype"/>.</summary>
    UnknownDtype,

    /// <summary><c>__metadata__</c> is not an object with string values, or appears twice, or has a key twice.</summary>
    InvalidMetadata,

    /// <summary>The tensors do not cover the data from its start without a hole and without an overlap.</summary>
    InvalidOffsets,

    /// <summary>The bytes given are not as many as shape and element type need.</summary>
    SizeMismatch,

    /// <summary>Elements narrower than a byte do not fill whole bytes.</summary>
    NotWholeBytes,

    /// <summary>The size that a shape asks for does not fit 64 bits.</summary>
    ShapeOverflow,

    /// <summary>The data ends before or after the last tensor: a truncated file, or one with something hidden behind it.</summary>
    DataLengthMismatch,

    /// <summary>Two tensors have one name.</summary>
    DuplicateName,

    /// <summary>A name, a rank, the number of tensors or the size in memory is above <see cref="SafetensorsLimits"/>.</summary>
    LimitExceeded,

    /// <summary>The file on disk has changed since it was opened.</summary>
    FileChanged,

    /// <summary>No tensor has the name asked for.</summary>
    TensorNotFound,

    /// <summary>A tensor to be written is called <c>__metadata__</c>, which the format keeps for itself.</summary>
    ReservedName,

    /// <summary>A name to be written is not valid Unicode and has no UTF-8 form.</summary>
    InvalidName,

    /// <summary>The index of a sharded checkpoint is not JSON of the expected form.</summary>
    InvalidIndex,

    /// <summary>The index names a shard by more than a bare file name, so it could lie outside the folder.</summary>
    UnsafeShardName,

    /// <summary>The shard that the index names for a tensor does not hold it.</summary>
    TensorNotInShard,

    /// <summary>Two shards hold a tensor of one name.</summary>
    TensorInTwoShards,
}
