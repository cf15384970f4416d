"""The outbox processor: claims a batch, publishes it task by task with confirms, marks it as published."""

import time

import psycopg2

from celery_app import app
from settings import settings

CLAIM = """
    update outbox_events set status = 'PROCESSING' where id in (
      select id from outbox_events where status = 'PENDING' order by created_at limit %s for update skip locked
    ) returning event_type, payload, id"""

connection = psycopg2.connect(settings["sender"])
with app.producer_pool.acquire(block=True) as producer:
    while True:
        with connection, connection.cursor() as cursor:
            cursor.execute(CLAIM, [settings["batch"]])
            rows = cursor.fetchall()
        for event_type, payload, id in rows:
            app.send_task(event_type, kwargs=payload, task_id=str(id), producer=producer)
        if rows:
            with connection, connection.cursor() as cursor:
                cursor.execute(
                    "update outbox_events set status = 'COMPLETED' where id = any(%s::uuid[])",
                    [[id for _, _, id in rows]],
                )
        if len(rows) < settings["batch"] or settings["pausesAlways"]:
            time.sleep(settings["pauseSeconds"])
