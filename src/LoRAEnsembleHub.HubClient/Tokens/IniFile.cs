using System.Text;

namespace LoRAEnsembleHub.Hub;

/// <summary>Sections of keys and values, as Python's configparser reads and writes them.</summary>
/// <remarks>Keys count in lower case. Comments are read over and not kept, as Python does. Unknown keys are kept.</remarks>
internal sealed class IniFile
{
    private readonly List<(string Name, List<(string Key, string Value)> Values)> sections = [];

    /// <summary>The sections' names, in order.</summary>
    public IEnumerable<string> Names => sections.Select(section => section.Name);

    /// <summary>Reads a text.</summary>
    /// <exception cref="FormatException">A line is neither section nor key; the message says which, never what it holds.</exception>
    public static IniFile Parse(string text)
    {
        var file = new IniFile();
        var number = 0;
        foreach (var whole in text.Split('\n'))
        {
            number++;
            var line = whole.Trim();
            if (line.Length == 0 || line[0] is '#' or ';')
            {
                continue;
            }

            if (line[0] == '[' && line[^1] == ']')
            {
                if (file.Has(line[1..^1]))
                {
                    throw new FormatException($"line {number} opens a section for the second time");
                }

                file.sections.Add((line[1..^1], []));
                continue;
            }

            var split = line.IndexOfAny(['=', ':']);
            if (split <= 0 || file.sections.Count == 0)
            {
                throw new FormatException($"line {number} is neither a section nor a key in one");
            }

            file.sections[^1].Values.Add((line[..split].Trim().ToLowerInvariant(), line[(split + 1)..].Trim()));
        }

        return file;
    }

    /// <returns>The text that <see cref="Parse"/> reads.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (name, values) in sections)
        {
            text.Append('[').Append(name).Append("]\n");
            foreach (var (key, value) in values)
            {
                text.Append(key).Append(" = ").Append(value).Append('\n');
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <returns>Whether there is such a section.</returns>
    public bool Has(string section) => sections.Exists(one => one.Name == section);

    /// <returns>The value, or null.</returns>
    public string? Get(string section, string key) =>
        sections
            .Where(one => one.Name == section)
            .SelectMany(one => one.Values)
            .Where(pair => pair.Key == key)
            .Select(pair => pair.Value)
            .LastOrDefault();

    /// <summary>Makes a section that has this value alone.</summary>
    public void Replace(string section, string key, string value)
    {
        var at = sections.FindIndex(one => one.Name == section);
        if (at < 0)
        {
            sections.Add((section, [(key, value)]));
            return;
        }

        sections[at] = (section, [(key, value)]);
    }

    /// <summary>Removes a section.</summary>
    public void Remove(string section) => sections.RemoveAll(one => one.Name == section);
}
