#!/usr/bin/env python3
"""Whether all that services link is content with the Rust version that Cargo.toml states.

Clippy looks after our own code (`incompatible_msrv`).
"""

import json
import subprocess
import sys


def version(text):
    return tuple(int(part) for part in text.split("."))[:2]


metadata = json.loads(subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--all-features"]))
packages = {(package["name"], package["version"]): package for package in metadata["packages"]}
tree = "cargo tree --package convometrics --edges normal --all-features --prefix none --format {p}"
lines = subprocess.check_output(tree.split(), text=True).splitlines()
# "name v1.2.3", and what else is said of it.
found = {(name, text[1:]) for name, text, *_ in map(str.split, filter(None, lines))}
stated = next(
    package["rust_version"] for package in metadata["packages"] if package["name"] == "convometrics"
)

newer = [
    f"{packages[package]['name']} needs Rust {packages[package]['rust_version']}"
    for package in sorted(found)
    if version(packages[package]["rust_version"] or "1.0") > version(stated)
]
print("\n".join(newer) or f"{len(found)} packages are content with Rust {stated}")
sys.exit(bool(newer))
