// Drives @huggingface/hub through all that it does with a hub, and prints one line of JSON for each step:
//   {"step": name, "value": what came out | "error": {status, message}, "requests": ["METHOD path", …]}
// Usage: node drive.mjs HUB_ADDRESS TOKEN CACHE_FOLDER MODULES_FOLDER
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [hubUrl, accessToken, cacheDir, modules] = process.argv.slice(2);
const hub = await import(pathToFileURL(join(modules, "node_modules/@huggingface/hub/dist/index.mjs")));

// Standard output is for the steps; the package's own remarks go to standard error.
console.log = console.debug = console.info = console.error;

let requests = [];
const watched = (input, init) => {
  const address = new URL(typeof input === "string" ? input : input.url ?? String(input));
  requests.push(`${init?.method ?? "GET"} ${address.pathname}`);
  return fetch(input, init);
};
const base = { hubUrl, accessToken, fetch: watched };

const values = {};
async function step(name, run) {
  requests = [];
  const line = { step: name };
  try {
    values[name] = line.value = (await run()) ?? null;
  } catch (error) {
    line.error = { status: error.statusCode ?? null, message: String(error.message), code: error.data?.error ?? null };
  }
  line.requests = requests;
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function all(items) {
  const list = [];
  for await (const item of items) list.push(item);
  return list;
}

// The same bytes on every run: SHA-256 of a counter, over and over.
function bytes(seed, length) {
  const out = Buffer.alloc(length);
  for (let at = 0; at < length; at += 32) {
    createHash("sha256").update(`${seed} ${at}`).digest().copy(out, at, 0, Math.min(32, length - at));
  }
  return out;
}
const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const file = (path, data) => ({ operation: "addOrUpdate", path, content: new Blob([data]) });
const commit = (repo, title, operations, more = {}) => hub.commit({ ...base, repo, title, operations, ...more });
const download = async (repo, path, more = {}) => {
  const blob = await hub.downloadFile({ ...base, repo, path, ...more });
  return blob === null ? null : Buffer.from(await blob.arrayBuffer());
};

const repo = "team/made-by-js";
const data = { type: "dataset", name: "team/data-by-js" };
const card = "---\nlicense: mit\nlibrary_name: peft\nbase_model: team/base\ntags:\n- lora\n---\n\n# Made by JS\n";
const large = bytes("large", 5000);
const parts = bytes("parts", 50001);
const xet = bytes("xet", 400000);
const numbers = Buffer.from(bytes("numbers", 40000).map((value, at) => (at % 4 === 3 ? 63 : at % 4 === 2 ? value & 3 : value)));
const header = JSON.stringify({ w: { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] } }).padEnd(64, " ");
const tensors = Buffer.concat([Buffer.from(new BigUint64Array([BigInt(header.length)]).buffer), Buffer.from(header), Buffer.alloc(16)]);

await step("whoami", () => hub.whoAmI(base));
await step("whoami with a wrong token", () => hub.whoAmI({ ...base, accessToken: "hf_wrong" }));
await step("create", () => hub.createRepo({ ...base, repo, license: "mit", files: [{ path: "first.txt", content: new Blob(["first"]) }] }));
await step("create again", () => hub.createRepo({ ...base, repo }));
await step("exists", () => hub.repoExists({ ...base, repo }));
await step("upload regular", () => commit(repo, "small files", [file("README.md", card), file("config.json", "{}\n"), file("sub/deep/notes.txt", "notes"), file("empty.txt", "")]));
await step("upload large in one piece", () => commit(repo, "one piece", [file("large.npy", large)], { useXet: false }));
await step("upload large in parts", () => commit(repo, "parts", [file("parts.npy", parts)], { useXet: false }));
await step("upload through xet", () => commit(repo, "xet", [file("xet.npy", xet), file("twice.npy", Buffer.concat([xet, xet])), file("numbers.npy", numbers)]));
await step("upload the same again", () => commit(repo, "copies", [file("copy/large.npy", large), file("copy/xet.npy", xet)]));
await step("upload tensors", () => commit(repo, "tensors", [file("model.safetensors", tensors)]));
await step("list", () => all(hub.listFiles({ ...base, repo, recursive: true, expand: true })));
await step("list a folder", () => all(hub.listFiles({ ...base, repo, path: "sub" })));
await step("paths", () => hub.pathsInfo({ ...base, repo, paths: ["large.npy", "config.json", "missing"], expand: true }));
for (const [path, content] of Object.entries({ "README.md": Buffer.from(card), "empty.txt": Buffer.alloc(0), "large.npy": large, "parts.npy": parts, "xet.npy": xet, "twice.npy": Buffer.concat([xet, xet]), "numbers.npy": numbers })) {
  await step(`download ${path}`, async () => {
    const found = await download(repo, path);
    return { equal: found !== null && found.equals(content), size: found?.length, sha256: found && sha256(found) };
  });
}
await step("download a part", async () => {
  const blob = await hub.downloadFile({ ...base, repo, path: "large.npy" });
  return Buffer.from(await blob.slice(1000, 1100).arrayBuffer()).equals(large.subarray(1000, 1100));
});
await step("download raw", async () => (await download(repo, "large.npy", { raw: true })).toString());
await step("download missing", () => download(repo, "missing.txt"));
await step("exists file", () => hub.fileExists({ ...base, repo, path: "large.npy" }));
await step("exists missing file", () => hub.fileExists({ ...base, repo, path: "missing.txt" }));
await step("download info", () => hub.fileDownloadInfo({ ...base, repo, path: "large.npy" }));
await step("tensors", () => hub.parseSafetensorsMetadata({ ...base, repo, path: "model.safetensors" }));
await step("info", () => hub.modelInfo({ ...base, name: repo, additionalFields: ["sha", "tags", "library_name", "cardData", "siblings"] }));
await step("list models", () => all(hub.listModels({ ...base, search: { query: "made-by", owner: "team", tags: ["base_model:adapter:team/base"] } })));
await step("list other models", () => all(hub.listModels({ ...base, search: { tags: ["base_model:adapter:team/none"] } })));
await step("commits", () => all(hub.listCommits({ ...base, repo })));
await step("count commits", () => hub.countCommits({ ...base, repo }));
await step("access", () => hub.checkRepoAccess({ ...base, repo }));
await step("snapshot", () => hub.snapshotDownload({ ...base, repo, cacheDir }));
await step("snapshot files", async () => (await readdir(values.snapshot, { recursive: true, withFileTypes: true })).filter((entry) => !entry.isDirectory()).length);
await step("conflict", () => commit(repo, "late", [file("late.txt", "late")], { parentCommit: values["upload regular"].commit.oid }));
await step("with the right parent", () => commit(repo, "in time", [file("in-time.txt", "yes")], { parentCommit: values["upload tensors"].commit.oid }));
await step("branch", () => hub.createBranch({ ...base, repo, branch: "try/one" }));
await step("branch again", () => hub.createBranch({ ...base, repo, branch: "try/one" }));
await step("commit on the branch", () => commit(repo, "on a branch", [file("branch.txt", "b")], { branch: "try/one" }));
await step("download from the branch", async () => (await download(repo, "branch.txt", { revision: "try/one" }))?.toString());
await step("download from main", () => download(repo, "branch.txt"));
await step("delete the branch", () => hub.deleteBranch({ ...base, repo, branch: "try/one" }));
await step("download from no branch", () => download(repo, "branch.txt", { revision: "try/one" }));
const headers = { Authorization: `Bearer ${accessToken}`, "Content-Type": "application/json" };
await step("tag", async () => (await watched(`${hubUrl}/api/models/${repo}/tag/main`, { method: "POST", headers, body: JSON.stringify({ tag: "v1" }) })).status);
await step("download from the tag", async () => (await download(repo, "in-time.txt", { revision: "v1" }))?.toString());
await step("delete the tag", async () => (await watched(`${hubUrl}/api/models/${repo}/tag/v1`, { method: "DELETE", headers })).status);
await step("pull request", () => commit(repo, "please", [file("please.txt", "please")], { isPullRequest: true }));
await step("delete a file", () => hub.deleteFile({ ...base, repo, path: "first.txt" }));
await step("delete files", () => hub.deleteFiles({ ...base, repo, paths: ["copy/large.npy", "copy/xet.npy"] }));
await step("delete a missing file", () => hub.deleteFile({ ...base, repo, path: "missing.txt" }));
await step("list after deletions", async () => (await all(hub.listFiles({ ...base, repo, recursive: true }))).map((entry) => entry.path));
await step("commit an unsafe name", () => commit(repo, "bad", [file("a/../../b.txt", "x")]));
await step("upload without a token", () => commit(repo, "nobody", [file("nobody.txt", "x")], { accessToken: undefined }));
await step("create a data set", () => hub.createRepo({ ...base, repo: data }));
await step("upload to the data set", () => hub.uploadFiles({ ...base, repo: data, files: [{ path: "rows.parquet", content: new Blob([large]) }], useXet: false }));
await step("list data sets", () => all(hub.listDatasets({ ...base, search: { owner: "team" } })));
await step("missing repository", () => all(hub.listFiles({ ...base, repo: "team/nothing" })));
await step("delete the repository", () => hub.deleteRepo({ ...base, repo }));
await step("exists after deletion", () => hub.repoExists({ ...base, repo }));
