import { SqliteStore } from '../../../src/host/store/sqlite-store.ts'
import { REQUEST_OF_DAY } from './clearing-days.ts'

// Clears what waits, telling before and after. Meant to be killed in between.
const [path = ''] = process.argv.slice(2)
const store = new SqliteStore(path)
process.stdout.write('clearing\n')
store.clearing.clear(REQUEST_OF_DAY)
process.stdout.write('cleared\n')
store.close()
