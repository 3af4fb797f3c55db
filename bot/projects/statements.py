"""Running SQL that we wrote: rows as plain tuples."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection


async def fetch(
    connection: AsyncConnection, statement: str, parameters: tuple[Any, ...] = ()
) -> list[Any]:
    """Every row of the answer; a row unpacks like a tuple."""
    return list((await connection.exec_driver_sql(statement, parameters)).all())


async def run(connection: AsyncConnection, statement: str, parameters: Any = ()) -> int:
    """How many rows it touched, where the driver says. A list of tuples runs it for each."""
    return (await connection.exec_driver_sql(statement, parameters)).rowcount


def escaped(statement: str) -> str:
    """For psycopg, to which a percent sign in a name would be a parameter."""
    return statement.replace("%", "%%")
