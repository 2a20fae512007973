"""Functions and classes of the standard library that say what they do, one JSON line each: key, docs, text."""

import ast
import json
import pathlib
import sys
import sysconfig
import textwrap

LEAST_WORDS = 25
MOST_CHARACTERS = 12_000
LEFT_OUT = {"test", "tests", "idlelib", "lib2to3", "site-packages", "dist-packages", "__pycache__", "turtledemo"}

library = pathlib.Path(sysconfig.get_path("stdlib"))
sys.stdout.reconfigure(encoding="utf-8")
for path in sorted(library.rglob("*.py")):
    name = path.relative_to(library)
    if LEFT_OUT.intersection(name.parts):
        continue
    try:
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
    except (OSError, SyntaxError, ValueError):
        continue
    lines = source.splitlines()
    for node in ast.walk(tree):
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) or node.name.startswith("_"):
            continue
        docs = ast.get_docstring(node)
        if docs is None or len(docs.split()) < LEAST_WORDS:
            continue
        text = textwrap.dedent("\n".join(lines[node.lineno - 1 : node.end_lineno]))[:MOST_CHARACTERS]
        print(json.dumps({"key": f"{name.as_posix()}:{node.name}", "group": name.as_posix(), "docs": docs, "text": text}))
