import pg from 'pg'

/** A transaction in each database that has an id and does not end: nothing that dies after it can be vacuumed. */
export async function holdTransactions(urls: readonly string[]): Promise<AsyncDisposable> {
  const clients = await Promise.all(
    urls.map(async (connectionString) => {
      const client = new pg.Client({ connectionString })
      await client.connect()
      await client.query('begin isolation level repeatable read')
      await client.query('select txid_current()')
      return client
    }),
  )
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.end()))
    },
  }
}
