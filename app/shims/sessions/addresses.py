"""The paths of this door."""

SESSIONS = "/api/execution/{module}/sessions"
SESSION = f"{SESSIONS}/{{session}}"
