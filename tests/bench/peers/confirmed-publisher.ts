import { connect } from 'amqplib'

/** Publishes to a queue, persistent; resolves at the broker's confirm. */
export async function confirmedPublisher(
  url: string,
  queue: string,
): Promise<(body: string) => Promise<void>> {
  const channel = await (await connect(url)).createConfirmChannel()
  return (body) =>
    new Promise((resolve, reject) => {
      channel.sendToQueue(queue, Buffer.from(body), { persistent: true, mandatory: true }, (refusal) =>
        refusal ? reject(refusal) : resolve(),
      )
    })
}
