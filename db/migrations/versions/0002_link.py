"""What the link with the hub needs: places in each scope's order, shadows, pointers, marks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ORDERED = sa.text("hub_seq IS NOT NULL")
UNORDERED = sa.text("hub_seq IS NULL")
TURNED_DOWN = sa.text("outcome = 'refused' AND NOT refused_here")
IN_CONFLICT = sa.text("conflicts != ''")
WITH_REF = sa.text("ref != ''")


def _index(name: str, table: str, columns: list[str], where: sa.TextClause, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    _ops()
    _incidents()
    _records()
    _link_tables()


def _ops() -> None:
    no = sa.text("'0'")
    op.add_column("origin", sa.Column("own", sa.Boolean(), server_default=no, nullable=False))
    op.execute("UPDATE origin SET own = 1")
    op.add_column("op", sa.Column("hub_seq", sa.BigInteger(), nullable=True))
    op.add_column("op", sa.Column("chain", sa.LargeBinary(), nullable=True))
    op.add_column("op", sa.Column("refused_here", sa.Boolean(), server_default=no, nullable=False))
    op.execute("UPDATE op SET refused_here = 1 WHERE outcome = 'refused'")
    _index("op_ordered", "op", ["scope", "hub_seq"], ORDERED, unique=True)
    _index("op_waiting", "op", ["scope", "origin", "n"], UNORDERED)
    _index("op_turned_down", "op", ["seq"], TURNED_DOWN)


def _incidents() -> None:
    for name in ("marks", "undone"):
        op.add_column("incident", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("assignment", sa.Column("also", sa.Text(), server_default="", nullable=False))
    op.drop_index("incident_ref", "incident")
    _index("incident_ref", "incident", ["ref"], WITH_REF)
    _index("open_conflicts", "incident", ["key"], IN_CONFLICT)


def _records() -> None:
    """``rev`` becomes the instant of the put; the place in the ledger that it was stays as ``changed``."""
    op.drop_index("record_rev", "record")
    op.rename_table("record", "record_0001")
    op.create_table(
        "record",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "scope"),
    )
    op.execute(
        "INSERT INTO record (kind, id, scope, rev, body, retired, changed) "
        "SELECT r.kind, r.id, o.scope, o.made, r.body, r.retired, r.rev "
        "FROM record_0001 r JOIN op o ON o.seq = r.rev"
    )
    op.drop_table("record_0001")
    op.create_index("record_changed", "record", ["changed"])
    # A retired one was last changed by its retiring; its rev is that of the put before.
    run = op.get_bind().exec_driver_sql
    last_put = (
        "SELECT made FROM op WHERE seq < ? AND kind = 'put' AND refusal = '' "
        "AND json_extract(body, '$.kind') = ? AND json_extract(body, '$.id') = ? ORDER BY seq DESC LIMIT 1"
    )
    for kind, name, changed in run("SELECT kind, id, changed FROM record WHERE retired").fetchall():
        made = run(last_put, (changed, kind, name)).fetchone()
        if made is not None:
            run("UPDATE record SET rev = ? WHERE kind = ? AND id = ?", (made[0], kind, name))


def _link_tables() -> None:
    op.create_table(
        "scope",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("state_seq", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("start_chain", sa.LargeBinary(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("unread", sa.BigInteger(), nullable=False),
        sa.Column("fresh_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("scope"),
    )
    op.create_table(
        "acked",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("origin", sa.SmallInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["origin"], ["origin.id"]),
        sa.PrimaryKeyConstraint("scope", "origin"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shadow",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("first_n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entity"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "moved",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "withheld",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "seq"),
        sqlite_with_rowid=False,
    )
