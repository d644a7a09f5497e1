using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>A running hub for Hugging Face's clients and this library's own.</summary>
public sealed class HubServer : IAsyncDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    private readonly WebApplication application;
    private readonly HubHost host;

    private HubServer(WebApplication application, HubHost host) => (this.application, this.host) = (application, host);

    /// <summary>The address clients use as their endpoint; the port is the real one.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Opens the folder and the store and listens.</summary>
    /// <param name="options">What to serve, to whom, within which limits.</param>
    /// <param name="cancellationToken">Stops the start; later it has no effect, dispose the server instead.</param>
    /// <returns>The server, which answers until it is disposed.</returns>
    /// <exception cref="ArgumentException">The options contradict each other or are out of range; the message says which.</exception>
    /// <exception cref="IOException">The port is taken, or another server has the store open.</exception>
    /// <exception cref="InvalidDataException">The store is damaged.</exception>
    public static Task<HubServer> StartAsync(HubServerOptions options, CancellationToken cancellationToken = default) =>
        StartAsync(options, static _ => { }, cancellationToken);

    internal static async Task<HubServer> StartAsync(HubServerOptions options, Action<StoreStep> step, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var host = await HubHost.OpenAsync(options.Checked(), step, cancellationToken).ConfigureAwait(false);
        WebApplication? application = null;
        try
        {
            application = Build(host);
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
            var server = new HubServer(application, host) { Address = Listening(application, options) };
            HubServerLog.Started(options.Logger, server.Address);
            return server;
        }
        catch
        {
            if (application is not null)
            {
                await application.DisposeAsync().ConfigureAwait(false);
            }

            host.Dispose();
            throw;
        }
    }

    /// <summary>Stops listening, lets requests under way end for 5 seconds, and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        await application.StopAsync().ConfigureAwait(false);
        await application.DisposeAsync().ConfigureAwait(false);
        host.Dispose();
    }

    // An empty builder reads no environment, no files of settings, and logs nowhere but where the options say.
    private static WebApplication Build(HubHost host)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = patience);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = 16 << 10;
            kestrel.Listen(host.Options.Address, host.Options.Port);
        });
        var application = builder.Build();
        application.Run(new Dispatcher(host, Routes.All()).HandleAsync);
        return application;
    }

    private static Uri Listening(WebApplication application, HubServerOptions options)
    {
        var addresses = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        return new(addresses.First() + options.PathPrefix + (options.PathPrefix.Length > 0 ? "/" : ""));
    }
}
