#!/usr/bin/env python3
"""Whether all that services link is content with the Rust version that Cargo.toml states.

Clippy looks after our own code (`incompatible_msrv`).
"""

import json
import subprocess
import sys


def version(text):
    return tuple(int(part) for part in text.split("."))[:2]


metadata = json.loads(
    subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--all-features"])
)
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
root = metadata["resolve"]["root"]
stated = packages[root]["rust_version"]

found, left = set(), [root]
while left:
    package = left.pop()
    if package in found:
        continue
    found.add(package)
    for dependency in nodes[package]["deps"]:
        # Not those of tests and builds.
        if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
            left.append(dependency["pkg"])

newer = [
    f"{packages[package]['name']} needs Rust {packages[package]['rust_version']}"
    for package in sorted(found)
    if version(packages[package]["rust_version"] or "1.0") > version(stated)
]
print("\n".join(newer) or f"{len(found)} packages are content with Rust {stated}")
sys.exit(bool(newer))
