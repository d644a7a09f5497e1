using LoRAEnsembleHub.Hub.Serving.Cards;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Cards;

public sealed class CardEditorTests
{
    private const string Fresh = """
        ---
        library_name: peft
        base_model: "team/base"
        tags: ["lora", "calibration"]
        metrics: ["accuracy"]
        model-index:
          - name: "x"
            results:
              - task: { type: image-classification }
                dataset: { type: "a/b", name: "a/b" }
                metrics:
                  - { type: "accuracy", value: 0.9 }
        ---

        # Made

        """;

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Only_what_changed_is_written_anew(string end)
    {
        var card = """
            ---
            # mine
            license: mit   # for now
            base_model:   'team/base'
            tags:
            - own        # keep
            - lora

            # results, by hand
            model-index:
            - name: old
              results: []

            # the end
            extra: {b: 1, a: [2, 3]}
            ---
            # My words

            Stay --- as they are.

            """.ReplaceLineEndings(end);
        var expected = """
            ---
            # mine
            license: mit   # for now
            base_model:   'team/base'
            # keep
            tags:
              - "own"
              - "lora"
              - "calibration"

            # results, by hand
            model-index:
              - name: "old"
                results: []
              - name: "x"
                results:
                  - task:
                      type: "image-classification"
                    dataset:
                      type: "a/b"
                      name: "a/b"
                    metrics:
                      - type: "accuracy"
                        value: 0.9

            # the end
            extra: {b: 1, a: [2, 3]}
            library_name: peft
            metrics: ["accuracy"]
            ---
            # My words

            Stay --- as they are.

            """.ReplaceLineEndings(end);
        var (updated, changed) = CardEditor.Update(card, Fresh);
        Assert.Equal(expected, updated);
        Assert.Equal(["tags", "model-index", "library_name", "metrics"], changed);
        (updated, changed) = CardEditor.Update(updated, Fresh);
        Assert.Equal(expected, updated);
        Assert.Empty(changed);
    }

    [Fact]
    public void Results_of_others_stay_and_own_ones_are_brought_up_to_date()
    {
        const string Card = """
            ---
            library_name: peft
            base_model: "team/base"
            tags: ["lora", "calibration"]
            metrics: ["accuracy"]
            model-index:
              - name: x
                results:
                  - task: { type: image-classification, name: Pictures 😀 }
                    dataset: { type: a/b, name: "A, B" }
                    metrics:
                      - { type: accuracy, value: 0.1, name: Accuracy of mine } # by hand
                      - { type: accuracy, value: 0.5 }
                      - { type: f1, value: 0.3, verified: true }
                  - task: { type: image-classification }
                    dataset: { type: a/b, name: "A, B", split: "on: \"hold\" #1" }
                    metrics:
                      - { type: accuracy, value: 0.2 }
                  - task: { type: image-classification }
                    dataset: { type: a/b, name: "A, B", revision: abc }
                    metrics: [{ type: accuracy, value: 0.2 }]
                  - task: { type: image-classification }
                    dataset: { type: a/b, name: "A, B" }
                    source: { name: Leaderboard, url: "https://x" }
                    metrics: [{ type: accuracy, value: 0.2 }]
                  - task: { type: image-classification }
                    dataset: { type: a/b, name: again }
                    metrics: [{ type: accuracy, value: 0.3 }]
              - name: another
                results:
                  - task: { type: image-classification }
                    dataset: { type: a/b, name: null }
                    metrics: [{ type: "yes", value: 1e-9 }, { type: accuracy, value: .nan }]
            ---
            """;
        const string Expected = """
            ---
            library_name: peft
            base_model: "team/base"
            tags: ["lora", "calibration"]
            metrics: ["accuracy"]
            # by hand
            model-index:
              - name: "x"
                results:
                  - task:
                      type: "image-classification"
                      name: "Pictures 😀"
                    dataset:
                      type: "a/b"
                      name: "A, B"
                    metrics:
                      - type: "accuracy"
                        value: 0.1
                        name: "Accuracy of mine"
                      - type: "accuracy"
                        value: 0.9
                      - type: "f1"
                        value: 0.3
                        verified: true
                  - task:
                      type: "image-classification"
                    dataset:
                      type: "a/b"
                      name: "A, B"
                      split: "on: \"hold\" #1"
                    metrics:
                      - type: "accuracy"
                        value: 0.2
                  - task:
                      type: "image-classification"
                    dataset:
                      type: "a/b"
                      name: "A, B"
                      revision: "abc"
                    metrics:
                      - type: "accuracy"
                        value: 0.2
                  - task:
                      type: "image-classification"
                    dataset:
                      type: "a/b"
                      name: "A, B"
                    source:
                      name: "Leaderboard"
                      url: "https://x"
                    metrics:
                      - type: "accuracy"
                        value: 0.2
                  - task:
                      type: "image-classification"
                    dataset:
                      type: "a/b"
                      name: "again"
                    metrics:
                      - type: "accuracy"
                        value: 0.9
              - name: "another"
                results:
                  - task:
                      type: "image-classification"
                    dataset:
                      type: "a/b"
                      name: null
                    metrics:
                      - type: "yes"
                        value: 1E-09
                      - type: "accuracy"
                        value: .nan
            ---
            """;
        var (updated, changed) = CardEditor.Update(Card, Fresh);
        Assert.Equal(["model-index"], changed);
        Assert.Equal(Expected, updated);
        Assert.Empty(CardEditor.Update(updated, Fresh).Changed);
    }

    [Fact]
    public void Fields_come_behind_comments_that_stand_alone() =>
        Assert.StartsWith(
            "---\n# only\nlibrary_name: peft\n",
            CardEditor.Update("---\n# only\n---\nB\n", Fresh).Card,
            StringComparison.Ordinal
        );

    [Fact]
    public void Hashes_in_texts_are_no_comments()
    {
        var (updated, _) = CardEditor.Update("---\ntags: ['#1', \"a # b\", c#d] # one\n---\n", Fresh);
        Assert.StartsWith(
            "---\n# one\ntags:\n  - \"#1\"\n  - \"a # b\"\n  - \"c#d\"\n  - \"lora\"\n  - \"calibration\"\n",
            updated,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_card_without_metadata_gets_them_in_front_and_none_becomes_the_fresh_one()
    {
        Assert.Equal(Fresh, CardEditor.Update("", Fresh).Card);
        var metadata = Fresh[..Fresh.IndexOf("\n# Made", StringComparison.Ordinal)];
        Assert.Equal($"{metadata}# Words\n", CardEditor.Update("# Words\n", Fresh).Card);
        Assert.Equal($"{metadata}# Words\n", CardEditor.Update("---\n---\n# Words\n", Fresh).Card);
    }

    [Theory]
    [InlineData("{license: mit}", "braces")]
    [InlineData("base_model: &b other/base\nnew_version: *b", "is named")]
    [InlineData("tags: [a", "Line")]
    [InlineData("foo: [1,\nbar: }", "Line")]
    [InlineData("model-index: none", "model-index")]
    [InlineData("? tags\n: [a] # c", "question mark")]
    [InlineData("model-index: [{name: x, results: [1]}]", "model-index")]
    [InlineData("a: 1\na: 2", "twice")]
    public void Metadata_that_cannot_be_changed_field_by_field_are_refused(string yaml, string word) =>
        Assert.Contains(
            word,
            Assert.Throws<InvalidDataException>(() => CardEditor.Update($"---\n{yaml}\n---\n", Fresh)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [MemberData(nameof(CardTests.ShippedCards), MemberType = typeof(CardTests))]
    public void Cards_that_come_along_are_up_to_date_with_themselves(string card)
    {
        var text = File.ReadAllText(Path.GetFullPath(Golden.Locate("..", "..", card)));
        var (updated, changed) = CardEditor.Update(text, text);
        Assert.Equal(text, updated);
        Assert.Empty(changed);
    }
}
