"""OpenTelemetry spans of requests, runs, steps and statements, made only where a setting asks for them.

Nothing here is part of what runs without that setting: what is traced is a subclass, or stands in front.
"""
