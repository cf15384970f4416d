"""Celery as the stack has it: late acknowledgement, confirms, here on a quorum queue as everybody else."""

from celery import Celery
from kombu import Exchange, Queue
from kombu.transport.pyamqp import Transport

from settings import settings

# This Celery asks RabbitMQ for a prefetch count per channel (global), which quorum queues refuse; later ones ask
# per consumer, and so does this.
Transport.qos_semantics_matches_spec = lambda self, connection: True

app = Celery("bench", broker=settings["broker"])
app.conf.update(
    broker_transport_options={"confirm_publish": True},
    task_acks_late=True,
    task_ignore_result=True,
    task_default_queue=settings["queue"],
    task_queues=[
        Queue(
            settings["queue"],
            Exchange("bench", type="direct", durable=True),
            routing_key="bench",
            queue_arguments={"x-queue-type": "quorum"},
        )
    ],
    task_default_exchange="bench",
    task_default_routing_key="bench",
    worker_prefetch_multiplier=settings["prefetch"],
)
