import { performance } from 'node:perf_hooks'
import Iso8583 from 'iso_8583'
import { fromHex } from '../src/base/bytes.ts'
import { compileSpec } from '../src/iso8583/compile.ts'
import { UNIONPAY_POS } from '../src/iso8583/specs/unionpay-pos.ts'

/** The public 0100 with field 55, as a 0200: 281-byte class of message. */
const SALE = fromHex(
  '0200702406C020C09A11166210948000000011030000000000050000000004301005100001061229621094800000E44CF144143A2325003130303030303031313030303030303030303030303031313536F8143E4F9FFDB6C7261000000000000001349F2608B04398D218017BF99F2701809F100807000103A0A802019F37043510540E9F36020006950500000080009A032611239C01039F02060000000500005F2A02015682027C009F1A0201569F03060000000000009F3303E0F1C89F34034203009F3501229F1E0853494D30303030318408A0000003330101029F090200209F4104000000040013100000120005004444373041453242',
)
const ROUNDS = 5
const READ_BITS = [2, 3, 4, 11, 41, 42]

/** Median nanoseconds of one call. */
function measure(work: () => unknown): number {
  const times: number[] = []
  const deadline = performance.now() + 300
  while (performance.now() < deadline) work()
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now()
    let calls = 0
    while (performance.now() - started < 200) {
      for (let index = 0; index < 100; index++) work()
      calls += 100
    }
    times.push(((performance.now() - started) * 1e6) / calls)
  }
  return times.sort((left, right) => left - right)[ROUNDS >> 1] ?? 0
}

const codec = compileSpec(UNIONPAY_POS)
const decoded = codec.decode(SALE)
if (!decoded.ok) throw new Error(`the message does not decode: ${decoded.error.kind}`)
const message = decoded.value
const view = codec.createView()
const target = new Uint8Array(1024)
const peerFields = {
  0: '0200',
  2: '4761739001010119',
  3: '000000',
  4: '000000012345',
  7: '1123093000',
  11: '000001',
  12: '093000',
  13: '1123',
  18: '5411',
  22: '051',
  25: '00',
  32: '123456',
  37: '112300000001',
  41: 'TERM0001',
  42: 'MERCHANT0000001',
  49: '840',
  55: '9F2608B04398D218017BF9'.repeat(10),
}
const peerBytes = new Iso8583(peerFields).getBufferMessage() as Buffer
const figures = {
  'decode all fields': measure(() => codec.decode(SALE)),
  'index and 6 reads': measure(() => {
    view.index(SALE, 0, SALE.length)
    for (const bit of READ_BITS) view.text(bit)
  }),
  encode: measure(() => codec.encodeInto(message, target, 0)),
  'npm iso_8583, decode': measure(() => new Iso8583().getIsoJSON(peerBytes)),
}
for (const [name, nanoseconds] of Object.entries(figures)) {
  process.stdout.write(`${name.padEnd(24)}${nanoseconds.toFixed(0).padStart(8)} ns\n`)
}
