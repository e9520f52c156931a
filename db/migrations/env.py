"""Alembic's way in: the connection comes from ``db.upgrade``, never from a file."""

from alembic import context

from db.link_tables import metadata
from db.upgrade import ours

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_name=ours,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
