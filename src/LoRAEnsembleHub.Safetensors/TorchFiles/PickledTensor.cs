namespace LoRAEnsembleHub.Safetensors.TorchFiles;

/// <summary>A tensor as its pickle describes it; nothing is proved but that its numbers are not negative.</summary>
/// <param name="Storage">Where its elements are; null on the meta device, where there are none.</param>
/// <param name="Offset">Elements before its first one.</param>
/// <param name="Shape">Size of each dimension.</param>
/// <param name="Strides">Elements from one to the next in each dimension; as many as there are dimensions.</param>
internal sealed record PickledTensor(PickledStorage? Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>Elements that tensors share.</summary>
/// <param name="Dtype">Their type.</param>
/// <param name="Key">The record below <c>data/</c> that holds them.</param>
/// <param name="Elements">How many.</param>
internal sealed record PickledStorage(SafetensorsDtype Dtype, string Key, long Elements);
