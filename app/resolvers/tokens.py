"""Token pairs: an access token for requests, a refresh token for the next pair, one session row behind both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from app.auth.keystore import Keystore
from app.auth.tokens import AccessToken, RefreshToken, mint_access, mint_refresh, read_access, read_refresh
from app.definition.conditions import Compare
from app.definition.model import ROLE_MODEL, Application, AuthenticationProfile
from app.errors import Unauthenticated
from app.permissions import Permissions, Principal, Verb
from app.resolvers.standings import REFUSED, credential_of
from app.storage.audit import OK, AuditRows, Entry
from app.storage.records import Records
from app.storage.selection import Leaf, Many, Selection, Source, Values, granted, whole
from app.storage.sessions import Session, Sessions
from app.storage.work import Work

ISSUER = "actionql"
CREDENTIAL = "\0credential"
_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class User:
    """A record of a profile's model, with its roles; `credential` changes with its password."""

    record: Mapping[str, Any]
    roles: frozenset[str]
    credential: str


class Tokens:
    """Makes, reads, renews and revokes the token pairs of one application."""

    def __init__(
        self,
        application: Application,
        permissions: Permissions,
        records: Records,
        sessions: Sessions,
        audit: AuditRows,
        keystore: Keystore,
        grace: timedelta,
    ) -> None:
        self._application = application
        self._permissions = permissions
        self._records = records
        self._sessions = sessions
        self._genuine: dict[str, AccessToken] = {}
        self._audit = audit
        self._access_key = keystore.secret("access-token")
        self._refresh_key = keystore.secret("refresh-token")
        self._grace = grace

    def issue(self, profile: str, record: int, run: Mapping[str, Any]) -> Work[Mapping[str, Any]]:
        """A first token pair for a user, as `login` answers it, made by a run, which the audit trail tells."""
        found = self._application.authentication_profiles[profile]
        pair = yield from self.issue_for(found, record)
        session = read_refresh(self._refresh_key, self._application.uuid.hex, pair["refreshToken"]).session
        who, run_id = f"{found.model}:{record}", run["id"]
        by = ("application", run["door"], "", None)
        told = Entry(
            self._application.uuid.hex, datetime.now(UTC), who, *by, "login", profile, OK, run_id, (session,)
        )
        yield from self._audit.insert(told)
        return pair

    def issue_for(self, profile: AuthenticationProfile, record: int) -> Work[Mapping[str, Any]]:
        """The same, for a profile at hand; raises `PrivateDataMode` where only builders get in."""
        user = yield from self.find_user(profile, "id", record)
        if user is None:
            raise Unauthenticated(REFUSED)
        self._admit(profile, user)
        now = datetime.now(UTC)
        session = Session(
            id=uuid4().hex,
            application=self._application.uuid.hex,
            profile=profile.name,
            record=record,
            counter=0,
            credential=user.credential,
            rotated=now,
            ends=now + profile.refresh_expires_in,
        )
        yield from self._sessions.insert(session)
        return self._pair(profile, user, session, now)

    def refresh(self, text: str) -> Work[Mapping[str, Any] | None]:
        """The next pair for a refresh token, or None when its use ended the session.

        The token before the current one still gets the current pair's refresh token for a few seconds, so that a
        race of one client's requests ends well; anything older ends the session.
        """
        token, session = yield from self._session_of(text)
        rotated = None
        if token.counter == session.counter:
            rotated = yield from self._sessions.rotate(session, datetime.now(UTC))
            if rotated is None:
                # Another request with this token was quicker.
                token, session = yield from self._session_of(text)
        now = datetime.now(UTC)
        if rotated is None and self._stale(token, session, now):
            yield from self._sessions.revoke(session.id)
            return None
        session = rotated or session
        profile = self._application.authentication_profiles[session.profile]
        user = yield from self._live_user(profile, session)
        self._admit(profile, user)
        return self._pair(profile, user, session, now)

    def session(self, text: str) -> Work[Session]:
        """The session of a refresh token; raises `Unauthenticated` where it has ended."""
        _, session = yield from self._session_of(text)
        return session

    def revoke(self, text: str) -> Work[Mapping[str, Any]]:
        """Ends the session of a refresh token; `removed` tells whether there was one to end."""
        token = read_refresh(self._refresh_key, self._application.uuid.hex, text)
        if self._permissions.private:
            _, session = yield from self._session_of(text)
            profile = self._application.authentication_profiles[session.profile]
            self._admit(profile, (yield from self._live_user(profile, session)))
        removed = yield from self._sessions.revoke(token.session)
        return {"refreshId": token.session, "removed": removed}

    def read(self, text: str) -> AccessToken:
        """The claims of an access token of this application; raises `Unauthenticated`.

        What a genuine token says is remembered, so that its signature is checked once; its times always are.
        """
        now = datetime.now(UTC)
        claims = self._genuine.get(text)
        if claims is not None and claims.nbf <= now.timestamp() < claims.exp:
            return claims
        claims = read_access(
            self._access_key, text, application=self._application.uuid.hex, issuer=ISSUER, now=now
        )
        if len(self._genuine) >= _REMEMBERED:
            self._genuine.pop(next(iter(self._genuine)))
        self._genuine[text] = claims
        return claims

    def find_user(self, profile: AuthenticationProfile, name: str, value: Any) -> Work[User | None]:
        """The record of the profile's model whose property `name` has this value."""
        values = Values()
        where = Compare(name, "eq", values.add(value))
        source = granted(self._permissions.of_credentials(profile.model), values)
        model = self._application.models[profile.model]
        fields = whole(model, self._permissions.of_application(Verb.READ, model.name).names)
        if profile.password is not None:
            fields += (Leaf(CREDENTIAL, profile.password),)
        if profile.roles is not None:
            names = Selection(Source(ROLE_MODEL, frozenset({"id", "name"}), None), (Leaf("name", "name"),))
            fields += (Many(profile.roles, profile.roles, names),)
        page = yield from self._records.select(Selection(source, fields, where), values.done(), "python")
        return _user(page.records[0], profile) if page.records else None

    def find_login(
        self, profile: AuthenticationProfile, username: str
    ) -> Work[tuple[int, str | None] | None]:
        """The id and stored password of who has this user name.

        One statement, whether there is anybody or not: the time it takes must not tell.
        """
        assert profile.username is not None and profile.password is not None
        values = Values()
        where = Compare(profile.username, "eq", values.add(username))
        source = granted(self._permissions.of_credentials(profile.model), values)
        fields = (Leaf("id", "id"), Leaf(CREDENTIAL, profile.password))
        page = yield from self._records.select(Selection(source, fields, where), values.done(), "python")
        return (page.records[0]["id"], page.records[0][CREDENTIAL]) if page.records else None

    def _stale(self, token: RefreshToken, session: Session, now: datetime) -> bool:
        """Whether a token that is not the current one is older than a race of one client's requests explains."""
        return token.counter != session.counter - 1 or now - session.rotated >= self._grace

    def _session_of(self, text: str) -> Work[tuple[RefreshToken, Session]]:
        token = read_refresh(self._refresh_key, self._application.uuid.hex, text)
        session = yield from self._sessions.find(token.session)
        if session is None or session.ends <= datetime.now(UTC) or token.counter > session.counter:
            raise Unauthenticated(REFUSED)
        if session.profile not in self._application.authentication_profiles:
            raise Unauthenticated(REFUSED)
        return token, session

    def _live_user(self, profile: AuthenticationProfile, session: Session) -> Work[User]:
        user = yield from self.find_user(profile, "id", session.record)
        if user is None or user.credential != session.credential:
            raise Unauthenticated(REFUSED)
        return user

    def _admit(self, profile: AuthenticationProfile, user: User) -> None:
        privileges = self._permissions.privileges(user.roles)
        self._permissions.admit(Principal(profile.name, profile.model, user.record, user.roles, privileges))

    def _pair(
        self, profile: AuthenticationProfile, user: User, session: Session, now: datetime
    ) -> Mapping[str, Any]:
        issued = int(now.timestamp())
        ends = min(issued + _seconds(profile.access_expires_in), int(session.ends.timestamp()))
        locale = user.record.get(profile.locale) if profile.locale else None
        claims = AccessToken(
            app_uuid=self._application.uuid.hex,
            aud=self._application.uuid.hex,
            auth_profile=profile.uuid.hex,
            exp=ends,
            iat=issued,
            iss=ISSUER,
            jti=uuid4().hex,
            locale=locale,
            nbf=issued,
            roles=tuple(sorted(user.roles)),
            user_id=user.record["id"],
            sid=session.id,
        )
        application = self._application.uuid.hex
        return {
            "jwtToken": mint_access(self._access_key, claims),
            "refreshToken": mint_refresh(self._refresh_key, application, session.id, session.counter),
            "accessExpiresIn": _seconds(profile.access_expires_in),
            "refreshExpiresIn": _seconds(profile.refresh_expires_in),
            "accessExpiresAt": ends,
            "refreshExpiresAt": int(session.ends.timestamp()),
            "isValid": True,
        }


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())


def _user(found: Mapping[str, Any], profile: AuthenticationProfile) -> User:
    record = {name: value for name, value in found.items() if name not in (CREDENTIAL, profile.roles)}
    roles = frozenset(role["name"] for role in found[profile.roles]) if profile.roles else frozenset[str]()
    return User(record, roles, credential_of(found.get(CREDENTIAL)))
