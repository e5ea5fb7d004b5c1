"""The API keys of one application as its doors meet them: found, compared, their use noted."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial

from app.auth.keys import digest, key_id, matches, read_signed_key
from app.auth.keystore import Keystore
from app.logs import get_logger
from app.resolvers.gathered import Gathered
from app.storage.keys import KEY_KINDS, NOTE_EVERY, Holder, Key, KeyKind, Keys
from app.storage.work import Database

_REMEMBERED = 4_096
_LONGEST = 512
"""Of an `Authorization` header that is remembered; a longer one is taken, too."""


class KeyRing:
    """Finds the holders of keys; each costs the same work, whatever is wrong with the key."""

    def __init__(self, application: str, database: Database, keystore: Keystore) -> None:
        self._application = application
        self._database = database
        self._keys = keys = Keys(database.dialect, application)
        self._holders = {kind: Gathered(database, partial(keys.find, kind)) for kind in KEY_KINDS}
        self._pepper = keystore.secret("key-pepper")
        self._signing_key = keystore.secret("phixflow-api-key")
        self._nobody = digest(self._pepper, "")
        self._noting: dict[str, asyncio.Task[None]] = {}
        self._known: dict[tuple[KeyKind, str], tuple[int, Holder]] = {}

    async def find(self, kind: KeyKind, text: str) -> Holder | None:
        """Who holds this key, if it is one of this kind that counts now; None whatever else it is."""
        found = await self._holders[kind].find(key_id(text))
        right = matches(self._pepper, text, self._nobody if found is None else found.key.digest)
        if found is None or not right or found.key.expires <= datetime.now(UTC):
            return None
        return found if kind == "module" or found.user_id is not None else None

    async def find_signed(self, token: str) -> Holder | None:
        """The same for a key of the incoming API, whose signature is looked at first."""
        text = read_signed_key(self._signing_key, self._application, token)
        return None if text is None else await self.find("incoming", text)

    def remember(self, kind: KeyKind, authorization: str, found: Holder, version: int | None) -> None:
        """Keeps whom this header was right for, for as long as the database stays at the version it had before."""
        if version is None or len(authorization) > _LONGEST:
            return
        if len(self._known) >= _REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[kind, authorization] = (version, found)

    def recall(self, kind: KeyKind, authorization: str, version: int | None) -> Holder | None:
        """Whom this header is right for, if that was found at this version and the key has not expired since."""
        known, found = self._known.get((kind, authorization), (None, None))
        if found is None or known != version or found.key.expires <= datetime.now(UTC):
            return None
        return found

    def note_use(self, key: Key) -> None:
        """Has written when the key was used, at most once a minute, while the request goes on."""
        recent = key.last_used is not None and datetime.now(UTC) - key.last_used < NOTE_EVERY
        if recent or key.id in self._noting:
            return
        task = asyncio.create_task(self._write_use(key.id))
        self._noting[key.id] = task
        task.add_done_callback(lambda _: self._noting.pop(key.id, None))

    async def _write_use(self, id: str) -> None:
        at = datetime.now(UTC)
        try:
            await self._database.write(lambda: self._keys.note_use(id, at))
        except Exception as error:
            get_logger().warning("use of a key not noted", key=id, error=type(error).__name__)
