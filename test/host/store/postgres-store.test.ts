import { afterAll, beforeAll } from 'vitest'
import { readPostgresAddress } from '../../../src/host/store/postgres-place.ts'
import { PostgresStore } from '../../../src/host/store/postgres-store.ts'
import { PostgresServer } from '../../postgres/postgres-server.ts'
import { describeStore } from './store-suite.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await PostgresServer.start()
})
afterAll(() => server.close())

describeStore('PostgreSQL', async () => PostgresStore.open(readPostgresAddress(await server.emptyDatabase())))
