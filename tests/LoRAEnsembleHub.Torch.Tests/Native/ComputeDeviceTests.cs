using LoRAEnsembleHub.Native;
using TorchSharp;

namespace LoRAEnsembleHub.Torch.Tests.Native;

public sealed class ComputeDeviceTests
{
    [Theory]
    [InlineData("cpu")]
    [InlineData("CPU")]
    public void The_processor_is_always_there(string name) => Assert.Equal(DeviceType.CPU, ComputeDevice.Parse(name).type);

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:99999999999")]
    [InlineData("cpu:0")]
    public void A_name_that_is_none_is_refused(string name)
    {
        var error = Assert.Throws<ComputeDeviceException>(() => ComputeDevice.Parse(name));
        Assert.Equal(name, error.Device);
        Assert.StartsWith($"'{name}' is no device name; use cpu, cuda, or cuda:N", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:0")]
    public void Asking_for_an_absent_device_says_what_is_there(string name)
    {
        NativeTorch.EnsureLoaded();
        Assert.SkipWhen(torch.cuda.is_available(), "This machine has the device.");
        var error = Assert.Throws<ComputeDeviceException>(() => ComputeDevice.Parse(name));
        Assert.StartsWith(
            $"Device '{name}' was asked for; only cpu is there. The libtorch in use is the CPU build",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_number_beyond_the_last_device_lists_the_devices()
    {
        var error = Assert.Throws<ComputeDeviceException>(() => ComputeDevice.EnsurePresent("cuda:7", 7, 2));
        Assert.Equal("Device 'cuda:7' was asked for; there are cpu and cuda:0, cuda:1.", error.Message);
    }
}
