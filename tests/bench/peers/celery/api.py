"""The service that makes changes: FastAPI and asyncpg, the task in the outbox of the same transaction."""

import asyncio
import json
from typing import List
from uuid import UUID

import asyncpg
from fastapi import FastAPI

from settings import TEXT, now, settings

app = FastAPI()


@app.on_event("startup")
async def open_pool():
    app.state.pool = await asyncpg.create_pool(settings["sender"], min_size=10, max_size=10)


async def commit(id):
    async with app.state.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("insert into changes (id, text) values ($1, $2)", id, TEXT)
            await connection.execute(
                "insert into outbox_events (id, event_type, payload) values ($1, $2, $3)",
                id,
                "record_effect",
                json.dumps({"id": str(id), "text": TEXT}),
            )
        return now()


@app.post("/changes")
async def changes(ids: List[UUID]):
    return await asyncio.gather(*(commit(id) for id in ids))
