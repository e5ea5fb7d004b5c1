"""What is no backup, or a damaged one, is refused before anything is written."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.backup.files import FOLDER, Members, fill, members, with_manifest, written
from tests.backup.places import DEFINITION, Place

Hostile = Callable[[Members, Path], Path]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = Place(tmp_path_factory.mktemp("good") / "data")
    fill(place)
    file = place.data.parent / "good.tar"
    place.run("backup", file, "--definition", DEFINITION)
    yield file


def other(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, link: str = "") -> tarfile.TarInfo:
    head = tarfile.TarInfo(name)
    head.type, head.size, head.linkname = kind, size, link
    return head


def beside(head: tarfile.TarInfo) -> Hostile:
    """The good backup with something before it."""
    return lambda contents, file: written(file, contents, head)


def without(name: str) -> Hostile:
    return lambda contents, file: written(file, {key: one for key, one in contents.items() if key != name})


def changed(name: str, change: Callable[[bytes], bytes]) -> Hostile:
    return lambda contents, file: written(file, {**contents, name: change(contents[name])})


def claiming(text: str, more: str) -> Hostile:
    """The good backup whose manifest says something else."""
    return changed("manifest.json", lambda content: _replaced(content, text, more))


def _replaced(content: bytes, text: str, more: str) -> bytes:
    assert text.encode() in content
    return content.replace(text.encode(), more.encode())


def raw(content: bytes) -> Hostile:
    def write(_: Members, file: Path) -> Path:
        file.write_bytes(content)
        return file

    return write


def twice(contents: Members, file: Path) -> Path:
    head = other(f"{FOLDER}keystore.json", size=4)
    return written(file, contents, head)


def huge(contents: Members, file: Path) -> Path:
    """Says that it holds more than there is room for, and packs it into little."""
    head = other(f"{FOLDER}database.sqlite", size=1 << 60)
    file.write_bytes(gzip.compress(head.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20)))
    return file


def long_name(contents: Members, file: Path) -> Path:
    return written(file, contents, other(f"{FOLDER}{'a' * 200}"))


def pax(contents: Members, file: Path) -> Path:
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "x" * 1000}) as archive:
        archive.addfile(other(f"{FOLDER}keystore.json"))
    return file


def strange_file_name(contents: Members, file: Path) -> Path:
    def change(manifest: dict[str, list[dict[str, dict[str, str]]]]) -> None:
        files = manifest["applications"][0]["files"]
        files["../../evil.yaml"] = files.pop("application.yaml")

    return written(file, with_manifest(contents, change))


NO_BACKUP, HOLDS, EARLY = "This is no backup", "holds what no backup does", "ends too early"
TABLE: list[tuple[str, Hostile, str]] = [
    ("parent", beside(other(f"{FOLDER}../evil")), HOLDS),
    ("parent folder", beside(other("../actionql-backup-1/keystore.json")), HOLDS),
    ("absolute", beside(other("/etc/cron.d/evil")), HOLDS),
    ("link", beside(other(f"{FOLDER}keystore.json", tarfile.SYMTYPE, link="/etc/passwd")), HOLDS),
    ("hard link", beside(other(f"{FOLDER}keystore.json", tarfile.LNKTYPE, link="x")), HOLDS),
    ("device", beside(other(f"{FOLDER}keystore.json", tarfile.CHRTYPE)), HOLDS),
    ("fifo", beside(other(f"{FOLDER}keystore.json", tarfile.FIFOTYPE)), HOLDS),
    ("folder", beside(other(f"{FOLDER}assets", tarfile.DIRTYPE)), HOLDS),
    ("asset in another folder", beside(other(f"{FOLDER}assets/ab/{'c' * 32}")), HOLDS),
    ("name of its own", beside(other(f"{FOLDER}evil")), HOLDS),
    ("long name", long_name, HOLDS),
    ("pax headers", pax, HOLDS),
    ("bomb", huge, "not enough room"),
    ("large keystore", beside(other(f"{FOLDER}keystore.json", size=(1 << 20) + 1)), "larger than it can be"),
    ("twice", twice, "keystore.json twice"),
    (
        "surplus",
        beside(other(f"{FOLDER}definitions/99")),
        "definitions/99, of which its manifest does not know",
    ),
    ("no keystore", without("keystore.json"), "lacks keystore.json"),
    ("no database", without("database.sqlite"), "lacks database.sqlite"),
    ("no manifest", without("manifest.json"), "has no manifest"),
    ("another keystore", changed("keystore.json", lambda _: b"{}"), "keystore.json is not what"),
    (
        "flipped bit",
        changed("database.sqlite", lambda content: content[:-1] + b"\1"),
        "database.sqlite is not what",
    ),
    (
        "manifest of another format",
        claiming('"format": 1', '"format": 2'),
        "manifest of the backup cannot be read",
    ),
    (
        "manifest that is no JSON",
        changed("manifest.json", lambda _: b"{"),
        "manifest of the backup cannot be read",
    ),
    ("file of another place", strange_file_name, "manifest of the backup cannot be read"),
    ("not a tar", raw(b"SQLite format 3\0" + bytes(4096)), NO_BACKUP),
    ("random", raw(b"\x01\xfe" * 5000), NO_BACKUP),
    ("empty", raw(b""), EARLY),
    ("a little gzip", raw(b"\x1f\x8b"), EARLY),
    ("broken gzip", raw(b"\x1f\x8b" + bytes(100)), "damaged"),
]


@pytest.mark.parametrize(("hostile", "reason"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_hostile_file_is_refused_and_leaves_nothing(
    good: Path, tmp_path: Path, hostile: Hostile, reason: str
) -> None:
    place = Place(tmp_path / "data")
    file = hostile(members(good), tmp_path / "hostile.tar")
    assert reason in place.run("restore", file, "--yes-overwrite", status=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hostile.tar"]


def test_backup_of_a_later_format_is_refused_with_what_to_do(good: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "a.tar", members(good), folder="actionql-backup-2/")
    said = Place(tmp_path / "data").run("restore", file, status=1)
    assert "made by another release of ActionQL: restore it with that" in said


def test_truncated_backup_is_refused_wherever_it_ends(good: Path, tmp_path: Path) -> None:
    content, place = good.read_bytes(), Place(tmp_path / "data")
    whole = content.rindex(b"}") + 1
    for name, text in (("a.tar", content[:whole]), ("a.tar.gz", gzip.compress(content[:whole]))):
        file = tmp_path / name
        for part in range(0, 9):
            file.write_bytes(text[: len(text) * part // 9])
            said = place.run("restore", file, status=1)
            assert EARLY in said or "no manifest" in said
    assert not place.data.exists()


def test_good_backup_is_taken_whatever_it_is_called_and_packed(good: Path, tmp_path: Path) -> None:
    file = tmp_path / "without ending"
    file.write_bytes(gzip.compress(good.read_bytes()))
    assert "restored" in Place(tmp_path / "data").run("restore", file)


def test_missing_file_is_told(tmp_path: Path) -> None:
    said = Place(tmp_path / "data").run("restore", tmp_path / "none.tar", status=1)
    assert "none.tar: No such file or directory. Nothing was restored." in said
