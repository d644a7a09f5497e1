using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using LoRAEnsembleHub.Benchmarks.Subjects;
using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Hub.Serving;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Benchmarks.Speed;

/// <summary>How near reading and pulling come to what disk and link give.</summary>
internal static class TransfersCommand
{
    private const int BufferBytes = 1 << 20;

    public static Command Create()
    {
        var command = new Command(
            "transfers",
            "A file of 346 MB: read as tensors against read as bytes, pulled against sent over the loopback link"
        );
        var options = new SpeedOptions(command, usualMembers: 1, usualBatch: 1);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var baseFolder = options.BaseFolder(parsed);
                await RandomVit.WriteAsync(baseFolder, cancellationToken).ConfigureAwait(false);
                var file = Path.Combine(baseFolder, "model.safetensors");
                Read(file, options.Rounds(parsed));
                await PullAsync(baseFolder, file, options.Rounds(parsed), cancellationToken).ConfigureAwait(false);
            }
        );
        return command;
    }

    private static void Read(string path, int rounds)
    {
        var buffer = new byte[BufferBytes];
        Subject[] subjects =
        [
            new("read the file as bytes", () => ReadBytes(path, buffer)),
            new("every tensor's bytes", () => ReadTensors(path, buffer)),
            new("open, and check the header", () => SafetensorsFile.Open(path).Dispose()),
        ];
        Rounds.Say($"{new FileInfo(path).Length} bytes in the page cache, {buffer.Length} at a time; median of {rounds}.");
        Rounds.Print(subjects, rounds);
    }

    private static void ReadBytes(string path, byte[] buffer)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        while (stream.Read(buffer) > 0) { }
    }

    private static void ReadTensors(string path, byte[] buffer)
    {
        using var file = SafetensorsFile.Open(path);
        foreach (var view in file.Tensors)
        {
            for (long done = 0; done < view.ByteCount; done += buffer.Length)
            {
                view.CopyTo(buffer.AsSpan(0, (int)Math.Min(buffer.Length, view.ByteCount - done)), done);
            }
        }
    }

    private static async Task PullAsync(string baseFolder, string file, int rounds, CancellationToken cancellationToken)
    {
        var options = new HubServerOptions { Folder = Path.GetDirectoryName(Path.GetDirectoryName(baseFolder)) };
        var server = await HubServer.StartAsync(options, cancellationToken).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            var cache = Directory.CreateTempSubdirectory("lorae-cache-").FullName;
            try
            {
                using var client = new HubClient(new HubClientOptions { Endpoint = server.Address, CacheFolder = cache });
                var id = RepoId.Parse($"random/{Path.GetFileName(baseFolder)}");
                var pull = new PullOptions { ForceDownload = true, Files = ["model.safetensors"] };
                Subject[] subjects =
                [
                    new("send the bytes from one socket to another", () => Send(file)),
                    new(
                        "pull: hashed, checked and written",
                        () => client.PullAsync(id, pull, progress: null, cancellationToken).GetAwaiter().GetResult()
                    ),
                ];
                Rounds.Say($"The same file over the loopback link, hub and client in this process:");
                Rounds.Print(subjects, rounds);
            }
            finally
            {
                Directory.Delete(cache, recursive: true);
            }
        }
    }

    private static void Send(string path)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var sender = new Thread(() =>
        {
            using var from = listener.AcceptTcpClient();
            from.Client.SendFile(path);
        });
        sender.Start();
        using var to = new TcpClient();
        to.Connect((IPEndPoint)listener.LocalEndpoint);
        var buffer = new byte[BufferBytes];
        while (to.Client.Receive(buffer) > 0) { }
        sender.Join();
    }
}
