using System.Runtime.InteropServices;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Cli.Hub;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Native;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Training;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Cli;

/// <summary>What is told of an exception; the one place where exceptions become words and exit codes.</summary>
/// <param name="Kind">One word for programs.</param>
/// <param name="Message">What was found, what was needed, and where.</param>
/// <param name="Hint">What to do next, or null where the message says it.</param>
/// <param name="ExitCode">What the process ends with.</param>
internal sealed record Failure(string Kind, string Message, string? Hint, ExitCode ExitCode)
{
    private const string Bug = "This is unexpected. Run it again with LORAE_HUB_DEBUG=1 to see where it happened.";

    public static Failure Of(Exception exception) =>
        exception switch
        {
            HubException hub => HubFailure.Of(hub),
            CommandException own => new(own.Kind, own.Message, own.Hint, own.ExitCode),
            OperationCanceledException => new("cancelled", "Stopped before the end.", null, ExitCode.Cancelled),
            SafetensorsException malformed => new(
                "malformed_file",
                malformed.Message,
                $"The rule it breaks is {malformed.Defect}. Fetch or write the file again.",
                ExitCode.Integrity
            ),
            TorchFileException => new(
                "malformed_file",
                exception.Message,
                "Only files of torch.save that hold tensors alone are read; nothing of one is ever run.",
                ExitCode.Integrity
            ),
            AdapterException { IsIntegrity: true } altered => new("integrity", altered.Message, MismatchHint(altered), ExitCode.Integrity),
            AdapterException unfit => new("adapter", unfit.Message, MismatchHint(unfit), ExitCode.Failed),
            ModelException => Plain("model", exception),
            WeightsException => Plain("weights", exception),
            TrainingException { IsMalformed: true } => new("malformed_file", exception.Message, null, ExitCode.Integrity),
            TrainingException { IsSetting: true } => new("usage", exception.Message, null, ExitCode.Usage),
            TrainingException => Plain("training", exception),
            ImageException { IsMalformed: true } => new("malformed_file", exception.Message, null, ExitCode.Integrity),
            ImageException => Plain("image", exception),
            AudioException { IsMalformed: true } => new("malformed_file", exception.Message, null, ExitCode.Integrity),
            AudioException => Plain("sound", exception),
            TextException { IsMalformed: true } => new("malformed_file", exception.Message, null, ExitCode.Integrity),
            TextException => Plain("text", exception),
            DataSetException { Fault: DataSetFault.NotFound } => new("not_found", exception.Message, null, ExitCode.NotFound),
            DataSetException { Fault: DataSetFault.Malformed } => new("malformed_file", exception.Message, null, ExitCode.Integrity),
            DataSetException or InvalidDataException => Plain("data", exception),
            NativeLibraryException => Plain("native_library", exception),
            DllNotFoundException or BadImageFormatException => Plain("native_library", exception),
            ComputeDeviceException => Plain("device", exception),
            FileNotFoundException or DirectoryNotFoundException => new("not_found", exception.Message, null, ExitCode.NotFound),
            UnauthorizedAccessException => new("not_allowed", exception.Message, null, ExitCode.NotAllowed),
            IOException when IsFull(exception) => new(
                "disk_full",
                exception.Message,
                "Free some space and run it again; what was pulled is kept and gone on from.",
                ExitCode.Failed
            ),
            IOException => Plain("io", exception),
            OutOfMemoryException => new(
                "memory",
                exception.Message,
                "Use a smaller --batch-size or --member-chunk, or --dtype bf16.",
                ExitCode.Failed
            ),
            ArgumentException or InvalidOperationException or NotSupportedException => new(
                "refused",
                exception.Message,
                null,
                ExitCode.Failed
            ),
            ExternalException => new("torch", FirstLine(exception.Message), Bug, ExitCode.Failed),
            _ => new("internal", $"{exception.GetType().Name}: {FirstLine(exception.Message)}", Bug, ExitCode.Failed),
        };

    private static Failure Plain(string kind, Exception exception) => new(kind, exception.Message, null, ExitCode.Failed);

    private static string? MismatchHint(AdapterException exception) =>
        exception.Message.Contains("allow the mismatch", StringComparison.Ordinal)
            ? "--allow-base-mismatch allows another base on purpose."
            : null;

    // ENOSPC of Unix; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL of Windows.
    private static bool IsFull(Exception exception) => exception.HResult is 28 or unchecked((int)0x80070070) or unchecked((int)0x80070027);

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();
}
