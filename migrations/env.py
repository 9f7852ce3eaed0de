from alembic import context
from sqlalchemy import text

from models.tables import metadata

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.execute(text("select pg_advisory_xact_lock(7219002)"))  # one migrator at a time
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
