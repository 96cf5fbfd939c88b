import { expect, test } from 'vitest'
import { devicesOfStatus } from '../../../src/host/monitoring/status-devices.ts'

test('a status upload says of each device whether it works, whatever follows', () => {
  expect(devicesOfStatus('01102103104005111603210')).toEqual({
    keyboard: true,
    pinPad: true,
    cardReader: true,
    printer: false,
    display: true,
  })
  expect(devicesOfStatus('')).toEqual({})
  expect(devicesOfStatus('nonsense')).toEqual({})
})
