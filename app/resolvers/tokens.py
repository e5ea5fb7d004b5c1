"""Token pairs: an access token for requests, a refresh token for the next pair, one session row behind both."""

from __future__ import annotations

import hashlib
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
from app.storage.audit import OK, AuditRows, Entry
from app.storage.callers import Callers
from app.storage.records import Records
from app.storage.selection import Leaf, Many, Selection, Source, Values, granted, whole
from app.storage.sessions import Session, Sessions
from app.storage.work import Work

ISSUER = "actionql"
REFUSED = "The token is not valid."
CREDENTIAL = "\0credential"
_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class User:
    """A record of a profile's model, with its roles; `credential` changes with its password."""

    record: Mapping[str, Any]
    roles: frozenset[str]
    credential: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Who a session stands for, and until when."""

    principal: Principal
    ends: datetime


class Tokens:
    """Makes, reads, renews and revokes the token pairs of one application."""

    def __init__(
        self,
        application: Application,
        permissions: Permissions,
        records: Records,
        sessions: Sessions,
        audit: AuditRows,
        callers: Mapping[str, Callers],
        keystore: Keystore,
        grace: timedelta,
    ) -> None:
        self._application = application
        self._permissions = permissions
        self._records = records
        self._sessions = sessions
        profiles = application.authentication_profiles
        self._callers = {profiles[name].uuid.hex: (profiles[name], one) for name, one in callers.items()}
        self._genuine: dict[str, AccessToken] = {}
        self._standing: dict[tuple[str, str], tuple[int, Standing]] = {}
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

    def find(self, token: AccessToken) -> Work[Standing]:
        """Who an access token stands for now: user, roles and session as the database has them."""
        profile, callers = self._callers.get(token.auth_profile, (None, None))
        if profile is None or callers is None:
            raise Unauthenticated(REFUSED)
        caller = yield from callers.find(token.sid)
        if caller is None or caller.ends <= datetime.now(UTC):
            raise Unauthenticated(REFUSED)
        if caller.credential != _credential(caller.password):
            raise Unauthenticated(REFUSED)
        principal = Principal(
            profile=profile.name,
            model=profile.model,
            record=caller.record,
            roles=caller.roles,
            privileges=self._permissions.privileges(caller.roles),
            session=token.sid,
        )
        return Standing(principal, caller.ends)

    def remember(self, token: AccessToken, found: Standing, version: int | None) -> None:
        """Keeps what was found for as long as the database stays at the version it had before."""
        if version is None:
            return
        if len(self._standing) >= _REMEMBERED:
            self._standing.pop(next(iter(self._standing)))
        self._standing[token.auth_profile, token.sid] = (version, found)

    def recall(self, token: AccessToken, version: int | None) -> Principal | None:
        """Who an access token stands for, if that was found at this version and the session has not ended since."""
        known, found = self._standing.get((token.auth_profile, token.sid), (None, None))
        if found is None or known != version or found.ends <= datetime.now(UTC):
            return None
        return found.principal

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
    return User(record, roles, _credential(found.get(CREDENTIAL)))


def _credential(password: str | None) -> str:
    """What a session keeps of a stored password, to see that it has changed."""
    return hashlib.sha256((password or "").encode()).hexdigest()[:32]
