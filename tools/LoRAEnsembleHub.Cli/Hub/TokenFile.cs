using System.Text.Json;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>The file of tokens that a server lets in: their hashes, whose they are and what they allow, as JSON.</summary>
internal static class TokenFile
{
    private static readonly JsonSerializerOptions json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <exception cref="CommandException">It is not there, or is no such file.</exception>
    public static async Task<IReadOnlyList<ServerToken>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        Loading.Need.File(path, "--token-file");
        try
        {
            return JsonSerializer.Deserialize<ServerToken[]>(
                    await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false),
                    json
                ) ?? throw new JsonException("it holds null");
        }
        catch (JsonException e)
        {
            throw new CommandException(
                "malformed_file",
                $"{path} is no file of tokens: {e.Message}",
                "Make one: lorae-hub auth create-token USER --token-file FILE.",
                ExitCode.Integrity
            );
        }
    }

    /// <summary>Adds a token; the file is replaced as a whole and readable by its owner only.</summary>
    public static async Task AddAsync(string path, ServerToken token, CancellationToken cancellationToken)
    {
        var tokens = File.Exists(path) ? await ReadAsync(path, cancellationToken).ConfigureAwait(false) : [];
        Loading.Need.FolderFor(path);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var stream = new FileStream(temporary, options);
        await using (stream.ConfigureAwait(false))
        {
            await JsonSerializer.SerializeAsync(stream, (ServerToken[])[.. tokens, token], json, cancellationToken).ConfigureAwait(false);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
