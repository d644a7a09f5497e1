"""Records what Python's fnmatch, git and sha256sum make of names and contents: python make_hub_names.py ../hub

Needs Python 3 and git, nothing else. Writes patterns.json (pairs of pattern and name, with huggingface_hub's two steps before fnmatchcase: a
backslash becomes a slash, a final slash gets a star) and names.json (`git check-ref-format`, `git hash-object`, SHA-256).
"""
import base64
import fnmatch
import hashlib
import json
import pathlib
import subprocess
import sys

PATTERNS = [
    "*", "**", "?", "*.json", "*.JSON", "config.json", "member-*/*", "member-0?/adapter_config.json", "member-[0-3][0-9]/*", "[!m]*", "[!a-m]*", "[a-z]*", "[z-a]*",
    "[]]*", "[!]]*", "[]", "[!]", "[", "[a", "a]", "[a-]*", "[-a]*", "[!-a]*", "[a-c-e]*", "[*]*", "[?]", "[[]*", "[\\]*", "a[b/]c", "a/*", "a/", "a\\b", "a\\*", "/", "", " ",
    "*/", "*a*b*c*", "*.safetensors", "**/*.json", "*/*/*", "?onfig.*", "*?", "?*", "???", "[0-9]*", "[!0-9]*", ".*", "*.", "[a-zA-Z_.-]*", "\u00e9*", "?\u00e9", "[\u00e0-\u00ff]*", "\U0001f600?",
    "?\U0001f600*", "[\U0001f600-\U0001f610]", "[!\U0001f600]", "a\n*", "[^a]*", "{a,b}", "a+b", "(a|b)", "$a", "^a", "a.b", "a[.]b", "[a-b-d]", "[b-a-c]", "[--0]*", "[!--0]*", "[a-\u00e9]*", "[~||]*", "[a&&b]*",
]
NAMES = [
    "", "a", "b", "d", "c", "-", "]", "[", "^", "*", "?", "!", "~", "|", "&", "/", " ", ".", "a.b", "axb", "a/b", "a/b/c", "a\\b", "a/", "abc", "a[b", "a]", "aXbYc", "a\nb", "a+b", "{a,b}", "(a|b)", "$a", "^a",
    "config.json", "Config.json", "config.JSON", "README.md", ".gitattributes", "model.safetensors", "member-00/adapter_config.json", "member-31/adapter_model.safetensors",
    "member-40/x", "deep/er/still/config.json", "0abc", "9", "_x", "z", "Z", "\u00e9", "e\u0301", "x\u00e9", "\u00fcber", "\U0001f600", "\U0001f600x", "x\U0001f600", "\U0001f605", "[abc].json", "[a]",
]
REFS = [
    "main", "refs/pr/1", "v1.0", "feature/x", "a/b/c", "-x", "a-", "@", "a@b", "@{", "a@{b", "a..b", "..", ".", ".a", "a/.b", "a.", "a/b.", "a.lock", "a.lock/b", "a/b.lock", "a//b", "/a", "a/", "", " ", "a b", "a~b", "a^b",
    "a:b", "a?b", "a*b", "a[b", "a]b", "a\\b", "a\tb", "a\x7fb", "a\nb", "\u00e9", "\U0001f600", "a{b}", "HEAD", "0" * 40, "a" * 300, "con", "nul.txt", "a/aux", "a<b", "a|b", "a\"b", "a/../b", "a/./b", "a...b", "lock", "a.locked", "a@", "@a", "a!b", "a%2Fb", "a;b", "$a", "`a`",
]
CONTENTS = [b"", b"a", b"{}\n", b"# one\n", b"\0", b"blob 3\0abc", bytes(range(256)), b"x" * 131071, b"x" * 131072, b"x" * 131073, "\u00e9\U0001f600".encode(), b"\r\n", b"version https://git-lfs.github.com/spec/v1\n"]


def chosen(pattern, name):
    pattern = pattern.replace("\\", "/")
    if pattern.endswith("/"):
        pattern += "*"
    return fnmatch.fnmatchcase(name.replace("\\", "/"), pattern)


def git(*arguments, data=None):
    return subprocess.run(["git", *arguments], input=data, capture_output=True)


def main(out):
    table = [{"pattern": p, "fits": [n for n in NAMES if chosen(p, n)]} for p in PATTERNS]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    (out / "patterns.json").write_text(json.dumps({"python": version, "names": NAMES, "patterns": table}, indent=1) + "\n")
    refs = [{"name": r, "git": git("check-ref-format", "refs/heads/" + r).returncode == 0} for r in REFS]
    hashes = [
        {"base64": base64.b64encode(c).decode(), "git": git("hash-object", "--no-filters", "--stdin", data=c).stdout.decode().strip(), "sha256": hashlib.sha256(c).hexdigest()}
        for c in CONTENTS
    ]
    compact = [h if len(h["base64"]) < 1000 else {"repeat": "x", "count": len(base64.b64decode(h["base64"])), "git": h["git"], "sha256": h["sha256"]} for h in hashes]
    (out / "names.json").write_text(json.dumps({"git": git("--version").stdout.decode().split()[2], "refs": refs, "contents": compact}, indent=1) + "\n")


main(pathlib.Path(sys.argv[1]))
