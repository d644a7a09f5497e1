using System.Diagnostics;
using LoRAEnsembleHub.Hub;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static LoRAEnsembleHub.Managed.Tests.Hub.Cache.TestCache;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Cache;

public sealed class LockTests : IDisposable
{
    // Takes the lock as filelock does, says so, and gives it back when told to.
    private const string Holder = """
        import fcntl, os, sys
        handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o664)
        fcntl.flock(handle, fcntl.LOCK_EX)
        print("held", flush=True)
        sys.stdin.readline()
        fcntl.flock(handle, fcntl.LOCK_UN)
        """;

    private const string Asker = """
        import fcntl, os, sys
        handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o664)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            print("free")
        except BlockingIOError:
            print("held")
        """;

    private readonly TemporaryFolder folder = new();

    private string LockFile => folder.Locate("a.lock");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_lock_that_Python_holds_is_waited_for()
    {
        SkipOnWindows();
        using var python = Python.Find().Start(Holder, LockFile);
        Assert.Equal("held", await python.StandardOutput.ReadLineAsync(Token));
        var locker = new FileLocker(TimeProvider.System, NullLogger.Instance);
        Assert.Null(locker.TryTake(LockFile));
        var wait = locker.TakeAsync(LockFile, Token);
        Assert.False(wait.IsCompleted);
        await python.StandardInput.WriteLineAsync("go");
        using (await wait)
        {
            await python.WaitForExitAsync(Token);
        }
    }

    [Fact]
    public async Task Python_waits_for_a_lock_that_is_held_here()
    {
        SkipOnWindows();
        var python = Python.Find();
        using (new FileLocker(TimeProvider.System, NullLogger.Instance).TryTake(LockFile))
        {
            Assert.Equal("held", await python.RunAsync(Asker, LockFile));
        }

        Assert.Equal("free", await python.RunAsync(Asker, LockFile));
        Assert.True(File.Exists(LockFile)); // Left behind on purpose: whoever deletes it could let two hold it.
    }

    [Fact]
    public async Task The_lock_of_a_process_that_was_killed_is_free()
    {
        SkipOnWindows();
        using var python = Python.Find().Start(Holder, LockFile);
        Assert.Equal("held", await python.StandardOutput.ReadLineAsync(Token));
        python.Kill();
        await python.WaitForExitAsync(Token);
        using var taken = new FileLocker(TimeProvider.System, NullLogger.Instance).TryTake(LockFile);
        Assert.NotNull(taken);
    }

    [Fact]
    public void Two_in_one_process_do_not_hold_a_lock_together()
    {
        var locker = new FileLocker(TimeProvider.System, NullLogger.Instance);
        var first = locker.TryTake(LockFile);
        Assert.NotNull(first);
        Assert.Null(locker.TryTake(LockFile));
        first.Dispose();
        using var second = locker.TryTake(LockFile);
        Assert.NotNull(second);
    }

    [Fact]
    public async Task A_long_wait_names_the_lock_and_ends_when_it_comes_free_however_late()
    {
        var time = new FakeTimeProvider();
        var log = new LogLines();
        var locker = new FileLocker(time, log);
        var held = locker.TryTake(LockFile)!;
        var wait = locker.TakeAsync(LockFile, Token);
        await AdvanceAsync(time, TimeSpan.FromSeconds(9.5));
        Assert.Empty(log.Lines);
        await AdvanceAsync(time, TimeSpan.FromSeconds(1));
        Assert.Contains(LockFile, Assert.Single(log.Lines), StringComparison.Ordinal);
        await AdvanceAsync(time, TimeSpan.FromSeconds(60));
        Assert.InRange(log.Lines.Count, 6, 7);
        Assert.False(wait.IsCompleted);
        held.Dispose();
        await AdvanceAsync(time, TimeSpan.FromSeconds(1));
        (await wait).Dispose();
    }

    [Fact]
    public async Task A_limit_on_the_wait_ends_it_with_an_error_that_names_the_lock()
    {
        var time = new FakeTimeProvider();
        var locker = new FileLocker(time, NullLogger.Instance, TimeSpan.FromSeconds(3));
        using var held = locker.TryTake(LockFile);
        var wait = locker.TakeAsync(LockFile, Token);
        await AdvanceAsync(time, TimeSpan.FromSeconds(2));
        Assert.False(wait.IsCompleted);
        await AdvanceAsync(time, TimeSpan.FromSeconds(2));
        var exception = await Assert.ThrowsAsync<HubException>(() => wait);
        Assert.Equal(HubErrorKind.LocalFile, exception.Kind);
        Assert.Contains(LockFile, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_can_be_cancelled()
    {
        var locker = new FileLocker(new FakeTimeProvider(), NullLogger.Instance);
        using var held = locker.TryTake(LockFile);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var wait = locker.TakeAsync(LockFile, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact]
    public void Where_the_system_knows_no_locks_the_file_itself_is_the_lock_and_goes_with_it()
    {
        var locker = new FileLocker(TimeProvider.System, NullLogger.Instance, ask: _ => LockAnswer.NotImplemented);
        using (var first = locker.TryTake(LockFile))
        {
            Assert.NotNull(first);
            Assert.Null(locker.TryTake(LockFile));
        }

        Assert.False(File.Exists(LockFile));
        File.WriteAllText(LockFile, ""); // Another process made it.
        Assert.Null(locker.TryTake(LockFile));
        Assert.True(File.Exists(LockFile));
    }

    [Fact]
    public void A_lock_file_that_was_deleted_while_it_was_being_taken_is_no_lock()
    {
        SkipOnWindows();
        var asked = 0;
        var locker = new FileLocker(
            TimeProvider.System,
            NullLogger.Instance,
            ask: handle =>
            {
                if (asked++ == 0)
                {
                    File.Delete(LockFile);
                }

                return SystemLock.Take(handle);
            }
        );
        Assert.Null(locker.TryTake(LockFile));
        using var taken = locker.TryTake(LockFile);
        Assert.NotNull(taken);
    }

    [Fact]
    public async Task The_lock_holds_where_the_locks_of_dotNET_are_switched_off()
    {
        SkipOnWindows();
        // The switch is read when a process starts: these tests are run again in one that has it.
        _ = Python.Find();
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        string[] methods = [nameof(Python_waits_for_a_lock_that_is_held_here), nameof(Two_in_one_process_do_not_hold_a_lock_together)];
        foreach (var method in methods)
        {
            start.ArgumentList.Add("-method");
            start.ArgumentList.Add($"*{nameof(LockTests)}.{method}");
        }

        start.Environment["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = "1";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, output);
    }

    // On a thread without xunit's context, so that what waits for the time goes on before the next step.
    private static Task AdvanceAsync(FakeTimeProvider time, TimeSpan by) => Task.Run(() => Advance(time, by), Token);

    private static void Advance(FakeTimeProvider time, TimeSpan by)
    {
        for (var past = TimeSpan.Zero; past < by; past += TimeSpan.FromMilliseconds(50))
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
        }
    }

    private static void SkipOnWindows() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no flock; Python locks bytes there.");

    private sealed class LogLines : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Lines.Add(formatter(state, exception));
    }
}
