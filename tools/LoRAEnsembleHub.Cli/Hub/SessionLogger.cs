using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>Passes what the libraries log on to the user: warnings as such, what they are waiting for as notes.</summary>
internal sealed class SessionLogger(Session session) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        var text = formatter(state, exception);
        if (logLevel >= LogLevel.Warning)
        {
            session.Warn(exception is null ? text : $"{text} {exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}");
        }
        else if (IsEnabled(logLevel))
        {
            session.Note(text);
        }
    }
}
