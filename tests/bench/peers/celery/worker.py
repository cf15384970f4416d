"""The service with the effect: inbox row and effect in one transaction, acknowledged after its commit."""

import os

import psycopg2
from celery.signals import worker_process_init

from celery_app import app
from settings import now, settings

effect_log = os.open(settings["effectLog"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
database = None


@worker_process_init.connect
def connect(**_):
    global database
    database = psycopg2.connect(settings["receiver"])
    database.autocommit = True


@app.task(name="record_effect")
def record_effect(id, text):
    called = now()
    with database.cursor() as cursor:
        cursor.execute(settings["effectOnce"], [id])
    os.write(effect_log, f"{id} {called:.3f} {now():.3f}\n".encode())
