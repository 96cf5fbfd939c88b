import { asciiToBytes } from '../../../src/base/bytes.ts'
import { readStockFile } from '../../../src/host/estate/stock-file.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { textOfInput } from '../json-mutator.ts'

const TYPES = new Set(['fixed', 'mobile'])

/** Delivery lists: each device stands there once with a known type, or the lines that are wrong are named without their content. */
export const target: FuzzTarget = {
  sizeMax: 2000,
  seeds: () =>
    [
      'serial,type\nA001,fixed\nA002,mobile\n',
      'serial,type\r\nKNOWN1,fixed\r\n',
      'serial,type\nA001,fixed\nA001,x,\n',
      'x',
    ].map(asciiToBytes),
  run(input) {
    const text = textOfInput(input)
    const { devices, faults } = readStockFile(
      text,
      (id) => TYPES.has(id),
      (serial) => serial === 'KNOWN1',
    )
    must(devices.length + faults.length > 0, 'neither taken nor refused')
    must(new Set(devices.map(({ serial }) => serial)).size === devices.length, 'a device twice')
    for (const { serial, typeId } of devices)
      must(
        /^[0-9A-Z]{4,32}$/.test(serial) && serial !== 'KNOWN1' && TYPES.has(typeId),
        'a device of another form',
      )
    const lines = text.split('\n').length
    for (const { line, en } of faults)
      must(line >= 1 && line <= lines + 1 && en.startsWith(`line ${line}: `), 'a fault at no line')
  },
}
