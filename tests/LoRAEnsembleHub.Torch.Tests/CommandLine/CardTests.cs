namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

public sealed class CardTests(TinyBase tiny) : IClassFixture<TinyBase>
{
    [Fact]
    public async Task An_ensembles_card_is_brought_up_to_date_and_the_authors_words_stay()
    {
        var folder = tiny.CopyOfEnsemble("carded");
        var file = Path.Combine(folder, "README.md");
        var made = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            file,
            "---\n# mine\nlicense: mit\nlibrary_name: other\n---\nMy words.\n",
            TestContext.Current.CancellationToken
        );
        var json = (await Tool.RunAsync("card", folder, "--update", "--json")).Done().Json();
        Assert.True((bool)json["written"]!);
        Assert.Contains("library_name", json["changed"]!.AsArray().Select(field => (string?)field));
        var card = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.StartsWith("---\n# mine\nlicense: mit\nlibrary_name: peft\n", card, StringComparison.Ordinal);
        Assert.EndsWith("---\nMy words.\n", card, StringComparison.Ordinal);
        Assert.False((bool)(await Tool.RunAsync("card", folder, "--update", "--json")).Done().Json()["written"]!);

        File.Delete(file);
        (await Tool.RunAsync("card", folder, "--update", "--license", "apache-2.0")).Done();
        card = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains("license: \"apache-2.0\"", card, StringComparison.Ordinal);
        Assert.Contains("## Use", made, StringComparison.Ordinal);
        Assert.Contains("## Use", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_that_is_no_utf8_is_left_alone_and_a_byte_order_mark_stays()
    {
        var folder = tiny.CopyOfEnsemble("latin");
        var file = Path.Combine(folder, "README.md");
        byte[] latin = [.. "---\nlicense: mit\n---\n# Caf"u8, 0xE9, (byte)'\n'];
        await File.WriteAllBytesAsync(file, latin, TestContext.Current.CancellationToken);
        (await Tool.RunAsync("card", folder, "--update")).Refused(6, "UTF-8", "0xE9");
        (await Tool.RunAsync("card", folder)).Refused(6, "UTF-8");
        Assert.Equal(latin, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));

        byte[] marked = [0xEF, 0xBB, 0xBF, .. "---\nlicense: mit\n---\n# Caf\u00e9\n"u8];
        await File.WriteAllBytesAsync(file, marked, TestContext.Current.CancellationToken);
        (await Tool.RunAsync("card", folder, "--update")).Done();
        var updated = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        Assert.True(updated.AsSpan().StartsWith(marked.AsSpan(0, "\ufeff---\nlicense: mit\n"u8.Length)));
        Assert.True(updated.AsSpan().EndsWith("---\n# Caf\u00e9\n"u8));
        Assert.True(updated.Length > marked.Length);
    }

    [Fact]
    public async Task What_a_hub_refuses_is_refused_here_and_nothing_is_written()
    {
        var folder = tiny.CopyOfEnsemble("wrongcard");
        var file = Path.Combine(folder, "README.md");
        const string Card = "---\nlicense: mine-alone\n---\nMy words.\n";
        await File.WriteAllTextAsync(file, Card, TestContext.Current.CancellationToken);
        var run = await Tool.RunAsync("card", folder, "--update");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("mine-alone", run.Output, StringComparison.Ordinal);
        Assert.Equal(Card, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal(1, (await Tool.RunAsync("card", file)).ExitCode);
        (await Tool.RunAsync("card", tiny.Base, "--update")).Refused(2, "lora_ensemble.json");
        (await Tool.RunAsync("card", file, "--license", "mit")).Refused(2, "--update");
    }
}
