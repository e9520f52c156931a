"""What people and faults may do in a model's day, as Hypothesis draws it."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st

DESKS = ("district", "mimou", "dawan")
CLONE, LATE = "clone", "late"
NEWER = "supervise"
"""The kind of op that an older program does not know."""

AT_MOST = 2
"""So many backups and restores a day: they are dear."""

any_desk = st.sampled_from((*DESKS, *DESKS, CLONE, LATE))
"""One that does not exist is the first: the district's."""

desks = st.sampled_from(DESKS)
small = st.integers(0, 40)
HANDLERS = ("u-cg", "d-zf", "u-mm", "u-dw")
STEPS_OF_DESKTOP = (
    "app.link.client:HubClient.push:before", "app.link.client:HubClient.push:after",
    "app.link.client:HubClient.pull:before", "app.link.client:HubClient.pull:after",
    "app.link.client:HubClient.hand_in:after", "db.engine:LocalStore.forget_order:after",
    "db.engine:LocalStore.acknowledge:before", "db.engine:LocalStore.acknowledge:after",
    "db.engine:LocalStore.apply_page:before", "db.engine:LocalStore.apply_page:after",
    "db.engine:LocalStore.apply_snapshot:before", "db.engine:LocalStore.remake:after",
)  # fmt: skip
STEPS_OF_HUB = (
    "db.hub.engine:HubStore.push:before", "db.hub.engine:HubStore.push:after",
    "db.hub.engine:HubStore.heads:before", "db.hub.engine:HubStore.hand_in:after",
    "db.hub.engine:HubStore.pull:before", "db.hub.engine:HubStore.pull:after",
)  # fmt: skip
ACTS = (
    "accept", "assign", "acknowledge", "arrive", "handle", "verify", "close", "cancel", "note", "classify",
    "relocate", "suspend", "resume", NEWER, "resolve", "recall", "whistle", "reopen", "decline", "return",
)  # fmt: skip
CLASHING = (
    "accept", "assign", "assign", "close", "cancel", "decline", "classify", "handle", "suspend", "whistle",
    "relocate", "arrive",
)  # fmt: skip
"""What two desks may do to one matter at odds with each other."""

BAD_LINES: dict[str, dict[str, Any]] = {
    "off": {"up": False}, "one way": {"replies": False}, "crawl": {"rate": 20_000},
}  # fmt: skip


DESKS_FAULTS = (
    "will die", "will die", "will die", "is killed", "sleeps", "is an older program", "has a wrong clock",
    "is cloned", "is joined by another",
)  # fmt: skip
acts = st.sampled_from(("report", "put", "sync", *ACTS))
acts_between = st.lists(
    st.tuples(any_desk, acts, small, st.sampled_from(HANDLERS), small), min_size=1, max_size=5
)
"""What people do in the time: part of every step, for Hypothesis leaves whole rules out of a day."""

HUBS_FAULTS = ("will die", "will die", "is backed up", "is backed up", "is set back", "loses a worker")


Acts = list[tuple[str, str, int, str, int]]
