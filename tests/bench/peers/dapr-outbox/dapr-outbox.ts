import { appToken } from '@alta/kit/http/app-under-test'
import { startDaprd } from '@alta/kit/testing/daprd'
import { byOutbox } from '../../messaging/contracts.ts'
import { removeKeys, senderComponents, startQuietApp } from '../../messaging/sender-sidecar.ts'
import { outboxWay } from '../../messaging/ways.ts'
import { countEffects, openAltaStage } from '../alta/alta.ts'
import type { Contestant, System } from '../contestant.ts'

export const daprOutbox: Contestant = {
  name: 'Dapr outbox component',
  hop: 'broker',
  how: 'A state transaction through daprd on Redis, with outboxPublishPubsub on RabbitMQ with confirms; the receiver is Alta’s, since Dapr has no inbox.',
  // A prefetch count of messages waits one second each: more only queue.
  window: 100,
  paused: true,
  async open(): Promise<System> {
    await using opened = new AsyncDisposableStack()
    const stage = await openAltaStage(opened, byOutbox.topic)
    const prefix = `alta_test_${stage.settings.port}`
    opened.defer(() => removeKeys(prefix))
    const daprd = opened.adopt(
      await startDaprd({
        appId: 'bench-sender',
        appPort: await startQuietApp(opened),
        appToken,
        rabbitmqUrl: stage.broker,
        components: await senderComponents(prefix),
      }),
      (one) => one.stop(),
    )
    const way = outboxWay(daprd)
    let changes = 0
    const commit = async (id: string) => {
      const at = await way.send(id)
      changes++
      return at
    }
    const closing = opened.move()
    return {
      commit: (ids) => Promise.all(ids.map(commit)),
      effects: stage.effects,
      count: async () => ({ ...(await countEffects(stage)), changes }),
      databases: [stage.receiver.admin.options.connectionString ?? ''],
      [Symbol.asyncDispose]: () => closing.disposeAsync(),
    }
  },
}
