using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>Answers HTTP on a raw socket of this machine, so that an answer may be as wrong as a test wants.</summary>
internal sealed class FaultServer : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Task> connections = [];
    private readonly Func<FaultExchange, Task> answer;
    private readonly X509Certificate2? certificate;
    private readonly Task accepting;
    private int accepted;

    public FaultServer(Func<FaultExchange, Task> answer, IPAddress? address = null, X509Certificate2? certificate = null)
    {
        this.answer = answer;
        this.certificate = certificate;
        listener = new(address ?? IPAddress.Loopback, 0);
        listener.Start();
        var end = (IPEndPoint)listener.LocalEndpoint;
        Address = new($"{(certificate is null ? "http" : "https")}://{end}/");
        accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>How many connections were opened.</summary>
    public int Accepted => accepted;

    /// <summary>All requests, in the order in which they arrived.</summary>
    public ConcurrentQueue<FaultExchange> Requests { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(connections);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync(stop.Token);
                socket.NoDelay = true;
                Interlocked.Increment(ref accepted);
                connections.Add(Task.Run(() => ServeAsync(socket)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await using Stream stream = new NetworkStream(socket, ownsSocket: false);
                await using var secure = certificate is null ? null : new SslStream(stream);
                if (secure is not null)
                {
                    await secure.AuthenticateAsServerAsync(
                        new SslServerAuthenticationOptions { ServerCertificate = certificate },
                        stop.Token
                    );
                }

                while (await FaultExchange.ReadAsync(socket, secure ?? stream, this, stop.Token) is { } exchange)
                {
                    Requests.Enqueue(exchange);
                    await answer(exchange);
                    if (exchange.IsClosed)
                    {
                        return;
                    }
                }
            }
            catch (Exception exception)
                when (exception
                        is OperationCanceledException
                            or IOException
                            or SocketException
                            or ObjectDisposedException
                            or System.Security.Authentication.AuthenticationException
                )
            {
                // The client went, or the test is over.
            }
        }
    }
}
