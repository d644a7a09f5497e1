using System.Text;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>The path of a request in parts, each decoded exactly once from what came over the wire.</summary>
/// <remarks>
/// ASP.NET decodes paths before anybody can look, except <c>%2F</c>, and folds <c>..</c>; so a revision <c>refs%2Fpr%2F1</c> and a name with
/// <c>%252F</c> in it could not be told from others. Here <c>/</c> separates, then each part is decoded, then names are checked as names.
/// </remarks>
internal static class RequestPath
{
    private static readonly UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>The parts.</returns>
    /// <param name="rawTarget">The request's target as sent: <c>/a/b%2Fc?d</c>, or with scheme and host before it.</param>
    /// <param name="prefix">A path before all others, dropped where it is there.</param>
    /// <exception cref="RequestFault">400: an escape is broken or what comes out is no UTF-8.</exception>
    public static string[] Parts(string rawTarget, string prefix) => [.. Encoded(rawTarget, prefix).Trim('/').Split('/').Select(Decode)];

    /// <returns>The path as it was sent, without prefix and query.</returns>
    public static string Encoded(string rawTarget, string prefix)
    {
        var path = rawTarget.Split('?', '#')[0];
        if (!path.StartsWith('/') && path.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme)
        {
            var slash = path.IndexOf('/', scheme + 3);
            path = slash < 0 ? "/" : path[slash..];
        }

        return prefix.Length > 0 && (path == prefix || path.StartsWith(prefix + "/", StringComparison.Ordinal))
            ? path[prefix.Length..]
            : path;
    }

    private static string Decode(string part)
    {
        if (!part.Contains('%', StringComparison.Ordinal))
        {
            return part;
        }

        var bytes = new List<byte>(part.Length);
        for (var at = 0; at < part.Length; at++)
        {
            if (part[at] != '%')
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(part, at, 1));
                continue;
            }

            if (at + 2 >= part.Length || !char.IsAsciiHexDigit(part[at + 1]) || !char.IsAsciiHexDigit(part[at + 2]))
            {
                throw RequestFault.BadRequest("The address has a '%' that is not followed by two hexadecimal digits.");
            }

            bytes.Add(Convert.ToByte(part.Substring(at + 1, 2), 16));
            at += 2;
        }

        try
        {
            return strict.GetString([.. bytes]);
        }
        catch (ArgumentException)
        {
            throw RequestFault.BadRequest("The address holds escapes that are not UTF-8.");
        }
    }
}
