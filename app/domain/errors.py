"""Why an op is refused: reason codes, said in words by ``app.services.words`` in each language."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """A rule of the trade that an op ran against. A refusal changes nothing."""

    UNKNOWN_INCIDENT = "unknown_incident"
    UNKNOWN_ASSIGNMENT = "unknown_assignment"
    UNKNOWN_OP = "unknown_op"
    MALFORMED = "malformed"
    ALREADY_REPORTED = "already_reported"
    NOT_ACCEPTED = "not_accepted"
    ALREADY_ACCEPTED = "already_accepted"
    NOT_ASSIGNED = "not_assigned"
    ALREADY_ASSIGNED_TO = "already_assigned_to"
    NOT_HANDLED = "not_handled"
    ALREADY_HANDLED = "already_handled"
    NOT_VERIFIED = "not_verified"
    NOT_CLOSED = "not_closed"
    NOT_SUSPENDED = "not_suspended"
    NOT_MERGED = "not_merged"
    IS_CLOSED = "is_closed"
    IS_DECLINED = "is_declined"
    IS_SUSPENDED = "is_suspended"
    IS_MERGED = "is_merged"
    IS_CANCELLED = "is_cancelled"
    HAS_OPEN_ASSIGNMENTS = "has_open_assignments"
    ASSIGNMENT_ENDED = "assignment_ended"
    ALREADY_ACKNOWLEDGED = "already_acknowledged"
    ALREADY_ARRIVED = "already_arrived"
    CO_HANDLERS_OPEN = "co_handlers_open"
    REASON_MISSING = "reason_missing"
    MERGE_INTO_ITSELF = "merge_into_itself"
    NO_CONFLICT = "no_conflict"
    ALREADY_THERE = "already_there"
    UNKNOWN_RECORD = "unknown_record"
    OUTSIDE_DISTRICT = "outside_district"
    MOVED_AWAY = "moved_away"
    NOT_PERMITTED = "not_permitted"
    UNKNOWN_ACTOR = "unknown_actor"
    HUB_ONLY = "hub_only"


class MalformedOp(ValueError):
    """An op whose body lacks a field or has one of the wrong kind; folds to ``Refusal.MALFORMED``."""


class UnknownYear(ValueError):
    """Working time was asked for in a year that neither the legal nor the local calendar knows."""

    def __init__(self, year: int) -> None:
        super().__init__(f"no working calendar for {year}")
        self.year = year
