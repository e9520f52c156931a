"""Alembic's way in: the connection comes from ``db.hub.upgrade``, never from a file."""

from alembic import context

from db.hub.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
