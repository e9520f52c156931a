"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT_INDEX = (
    "CREATE VIRTUAL TABLE incident_text USING fts5("
    "words, content='', contentless_delete=1, tokenize='ascii', detail='full')"
)


def upgrade() -> None:
    op.create_table(
        "counter",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "facet_code",
        sa.Column("facet", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("facet", "word"),
        sa.UniqueConstraint("facet", "code", name="facet_code_once"),
    )
    op.create_table(
        "facet_sum",
        sa.Column("facets", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("facets"),
    )
    op.create_table(
        "import_mark",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("job"),
    )
    op.create_table(
        "incident",
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("facets", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("due_clock", sa.Text(), nullable=False),
        sa.Column("cell", sa.Integer(), nullable=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("town", sa.Text(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("loop", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("item_rev", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("lon", sa.Float(precision=53), nullable=True),
        sa.Column("lat", sa.Float(precision=53), nullable=True),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("accept_due", sa.BigInteger(), nullable=True),
        sa.Column("respond_due", sa.BigInteger(), nullable=True),
        sa.Column("resolve_due", sa.BigInteger(), nullable=True),
        sa.Column("due_note", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("assigned_at", sa.BigInteger(), nullable=True),
        sa.Column("responded_at", sa.BigInteger(), nullable=True),
        sa.Column("handled_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("suspended_at", sa.BigInteger(), nullable=True),
        sa.Column("suspended_ms", sa.BigInteger(), nullable=False),
        sa.Column("before_merge", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("escalated", sa.Integer(), nullable=False),
        sa.Column("supervised", sa.Integer(), nullable=False),
        sa.Column("rework", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("notes", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Integer(), nullable=False),
        sa.Column("conflicts", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("by_due", "incident", ["due_at", "key", "facets"], unique=False)
    op.create_index("by_facets", "incident", ["facets"], unique=False)
    op.create_index("by_key", "incident", ["key", "facets", "due_at"], unique=False)
    op.create_index("by_number", "incident", ["number", "key", "facets"], unique=False)
    op.create_index("by_place", "incident", ["town", "place", "key", "facets"], unique=False)
    op.create_index("by_reported", "incident", ["reported_at", "key", "facets"], unique=False)
    op.create_index("by_severity", "incident", ["severity", "key", "facets"], unique=False)
    op.create_index("by_source", "incident", ["source", "key", "facets"], unique=False)
    op.create_index("incident_id", "incident", ["id"], unique=True)
    op.create_index(
        "incident_ref",
        "incident",
        ["ref"],
        unique=True,
        sqlite_where=sa.text("ref != ''"),
        postgresql_where=sa.text("ref != ''"),
    )
    op.create_index(
        "near",
        "incident",
        ["cell", "reported_at", "lon", "lat", "facets"],
        unique=False,
        sqlite_where=sa.text("cell IS NOT NULL"),
        postgresql_where=sa.text("cell IS NOT NULL"),
    )
    op.create_index(
        "open_by_due",
        "incident",
        ["due_at", "key", "facets"],
        unique=False,
        sqlite_where=sa.text("(facets & 15) < 5"),
        postgresql_where=sa.text("(facets & 15) < 5"),
    )
    op.create_index(
        "open_by_facets",
        "incident",
        ["facets", "due_at"],
        unique=False,
        sqlite_where=sa.text("(facets & 15) < 5"),
        postgresql_where=sa.text("(facets & 15) < 5"),
    )
    op.create_index(
        "open_by_number",
        "incident",
        ["number", "key", "facets", "due_at"],
        unique=False,
        sqlite_where=sa.text("(facets & 15) < 5"),
        postgresql_where=sa.text("(facets & 15) < 5"),
    )
    op.create_index(
        "open_by_place",
        "incident",
        ["town", "place", "key", "facets", "due_at"],
        unique=False,
        sqlite_where=sa.text("(facets & 15) < 5"),
        postgresql_where=sa.text("(facets & 15) < 5"),
    )
    op.create_index(
        "open_by_reported",
        "incident",
        ["reported_at", "key", "facets", "due_at"],
        unique=False,
        sqlite_where=sa.text("(facets & 15) < 5"),
        postgresql_where=sa.text("(facets & 15) < 5"),
    )
    op.create_index(
        "open_by_severity",
        "incident",
        ["severity", "key", "facets", "due_at"],
        unique=False,
        sqlite_where=sa.text("(facets & 15) < 5"),
        postgresql_where=sa.text("(facets & 15) < 5"),
    )
    op.create_index(
        "open_by_source",
        "incident",
        ["source", "key", "facets", "due_at"],
        unique=False,
        sqlite_where=sa.text("(facets & 15) < 5"),
        postgresql_where=sa.text("(facets & 15) < 5"),
    )
    op.create_index(
        "open_points",
        "incident",
        ["key", "lon", "lat", "facets", "due_at"],
        unique=False,
        sqlite_where=sa.text("(facets & 15) < 5 AND lon IS NOT NULL"),
        postgresql_where=sa.text("(facets & 15) < 5 AND lon IS NOT NULL"),
    )
    op.create_table(
        "kept_sum",
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("town", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "measure", "town"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "origin",
        sa.Column("id", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.Text(), nullable=False),
        sa.Column("last_n", sa.BigInteger(), nullable=False),
        sa.Column("acked_n", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("device", "incarnation", name="origin_name"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("person_incident", "person", ["incident"], unique=False)
    op.create_table(
        "record",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id"),
    )
    op.create_index("record_rev", "record", ["rev"], unique=False)
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "assignment",
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("handler", sa.Text(), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.BigInteger(), nullable=False),
        sa.Column("whistle", sa.Boolean(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("arrived_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"],
            ["incident.key"],
        ),
        sa.PrimaryKeyConstraint("incident", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "assignment_under_way",
        "assignment",
        ["handler", "state"],
        unique=False,
        sqlite_where=sa.text("state IN ('offered', 'acknowledged', 'arrived')"),
        postgresql_where=sa.text("state IN ('offered', 'acknowledged', 'arrived')"),
    )
    op.create_table(
        "op",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("origin", sa.SmallInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("incident", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["origin"],
            ["origin.id"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(
        "op_incident",
        "op",
        ["incident", "seq"],
        unique=False,
        sqlite_where=sa.text("incident IS NOT NULL"),
        postgresql_where=sa.text("incident IS NOT NULL"),
    )
    op.create_index("op_name", "op", ["origin", "n"], unique=True)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(TEXT_INDEX)
