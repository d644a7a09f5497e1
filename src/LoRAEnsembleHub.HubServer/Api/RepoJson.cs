using System.Text.Json.Nodes;
using LoRAEnsembleHub.Hub.Serving.Cards;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>A repository as information about it and lists tell it.</summary>
internal static class RepoJson
{
    public static JsonObject Of(RepoView view, RepoFacts facts)
    {
        var (id, state) = (view.Repo.Id, view.Repo.State);
        var answer = new JsonObject
        {
            ["_id"] = GitHash.Of("blob", System.Text.Encoding.UTF8.GetBytes(id.ToString()))[..24],
            ["id"] = id.FullName,
        };
        if (id.Type == RepoType.Model)
        {
            answer["modelId"] = id.FullName;
        }

        answer["author"] = id.Namespace;
        answer["sha"] = view.Commit.Hash.Hex;
        answer["lastModified"] = AnswerJson.Time(state.ModifiedAt);
        answer["createdAt"] = AnswerJson.Time(state.CreatedAt);
        answer["private"] = state.Private;
        answer["disabled"] = false;
        answer["gated"] = state.Gated is null ? false : state.Gated;
        answer["downloads"] = 0;
        answer["likes"] = 0;
        facts.AddTo(answer, id.Type);
        answer["usedStorage"] = view.Tree.Files.Sum(file => file.Size);
        return answer;
    }

    public static JsonArray Siblings(RepoView view, bool withHashes) =>
        new([.. view.Tree.Files.Select(file => FileJson.Sibling(file, withHashes))]);
}
