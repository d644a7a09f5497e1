using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Compares the base that a manifest names with the base at hand.</summary>
internal static class BaseCheck
{
    /// <exception cref="AdapterException">The base is another one, and that was not allowed.</exception>
    public static void Verify(ManifestBase wanted, BaseIdentity found, string folder, bool allowMismatch, List<string> warnings)
    {
        if (wanted.ModelType is not null && wanted.ModelType != found.ModelType)
        {
            throw new AdapterException(
                $"{folder} was trained on a model of type {wanted.ModelType} ({wanted.RepoId ?? "no repository named"}); {found.Folder} holds one of type {found.ModelType}."
            );
        }

        var isOtherRepo = wanted.RepoId is not null && found.RepoId is not null && wanted.RepoId != found.RepoId;
        if (wanted.Sha256 is not { Count: > 0 } hashes)
        {
            if (isOtherRepo)
            {
                Refuse($"{folder} was trained on {wanted.RepoId}, of which it states no hash; the base at hand is {found.RepoId}.");
            }

            warnings.Add($"The manifest states no hash of its base, so it was not verified that {found.Folder} is the right one.");
            return;
        }

        var expected = hashes.Values.Select(hash => hash.ToLowerInvariant()).Order(StringComparer.Ordinal).ToArray();
        var actual = found.Files.Values.Select(file => file.Sha256).Order(StringComparer.Ordinal).ToArray();
        if (!expected.SequenceEqual(actual))
        {
            Refuse(
                $"{folder} was trained on {wanted.RepoId ?? "a base"} with the SHA-256 {string.Join(", ", expected)}; "
                    + $"the weights in {found.Folder} have {string.Join(", ", actual)}."
            );
        }
        else if (isOtherRepo)
        {
            warnings.Add($"The manifest names {wanted.RepoId}, the base is {found.RepoId}; their weights are the same.");
        }

        void Refuse(string message)
        {
            if (!allowMismatch)
            {
                throw new AdapterException(message + " Use the base that the manifest names, or allow the mismatch on purpose.")
                {
                    IsIntegrity = true,
                };
            }

            warnings.Add(message + " The mismatch was allowed.");
        }
    }
}
