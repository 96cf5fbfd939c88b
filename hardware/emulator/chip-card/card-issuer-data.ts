import { concatBytes } from '../../../src/base/bytes.ts'
import type { CryptogramKind } from '../../../src/emv/results.ts'
import type { CryptogramScheme } from '../../../src/emv/schemes.ts'
import type { CardSession } from './card-session.ts'

const KIND_BITS: Readonly<Record<CryptogramKind, number>> = { AAC: 0, TC: 1, ARQC: 2, AAR: 3 }
/** "Second cryptogram not requested". */
const NOT_REQUESTED = 2

const VERSIONS: Readonly<Record<CryptogramScheme, number>> = {
  'visa-cvn10': 0x0a,
  'visa-cvn18': 0x12,
  'mchip-16': 0x10,
  'mchip-17': 0x11,
  'mchip-20': 0x14,
  'mchip-21': 0x15,
  'pboc-01': 0x01,
}

/** Tag 9F10 as the scheme lays it out. `second`: undefined at the first GENERATE AC. */
export function issuerApplicationData(
  session: CardSession,
  first: CryptogramKind,
  second: CryptogramKind | undefined,
): Uint8Array {
  const { scheme, keyIndex } = session.application
  const version = VERSIONS[scheme]
  const kinds = ((second === undefined ? NOT_REQUESTED : KIND_BITS[second]) << 6) | (KIND_BITS[first] << 4)
  switch (scheme) {
    case 'mchip-16':
    case 'mchip-20':
      return Uint8Array.of(keyIndex, version, ...mastercardResults(session, kinds), 0, 0)
    case 'mchip-17':
    case 'mchip-21':
      return concatBytes([
        Uint8Array.of(keyIndex, version, ...mastercardResults(session, kinds), 0, 0),
        offlineCounters(session),
      ])
    case 'visa-cvn10':
    case 'visa-cvn18':
      return Uint8Array.of(0x06, keyIndex, version, ...verificationResults(session, kinds))
    case 'pboc-01':
      return Uint8Array.of(0x07, keyIndex, version, ...verificationResults(session, kinds), 0x01)
  }
}

function flag(condition: boolean, bit: number): number {
  return condition ? bit : 0
}

/** Card verification results, four bytes. Source: JR/T 0025.5, table of the CVR; Visa VIS 1.5, appendix A. */
function verificationResults(session: CardSession, kinds: number): readonly number[] {
  const { application, offlinePin, issuerAuthentication, request } = session
  const { state, pin, offlineCountMax } = application
  const second =
    kinds |
    flag(issuerAuthentication === 'wrong', 0x08) |
    flag(offlinePin !== 'notDone', 0x04) |
    flag(offlinePin === 'wrong', 0x02) |
    flag(isUnableToGoOnline(session), 0x01)
  const third =
    flag(state.issuerAuthenticationFailed, 0x88) |
    flag(pin !== undefined && state.pinTriesLeft === 0, 0x40) |
    flag(state.consecutiveOffline >= offlineCountMax, 0x20) |
    flag(state.lastOnlineAtc === 0, 0x10) |
    flag(request !== undefined && issuerAuthentication === 'notDone', 0x04)
  const fourth =
    (state.scriptCount << 4) | flag(state.scriptFailed, 0x08) | flag(session.signedDynamically, 0x02)
  return [0x03, second, third, fourth]
}

/** Card verification results of M/Chip, six bytes: kinds of cryptogram, offline PIN, limits, scripts. */
function mastercardResults(session: CardSession, kinds: number): readonly number[] {
  const { application, offlinePin } = session
  const { state, offlineCountMax } = application
  return [
    kinds | flag(session.signedDynamically, 0x04),
    flag(offlinePin !== 'notDone', 0x01) |
      flag(offlinePin === 'wrong', 0x02) |
      flag(isUnableToGoOnline(session), 0x80),
    (state.scriptCount << 4) | state.pinTriesLeft,
    flag(state.consecutiveOffline >= offlineCountMax, 0x20) | flag(state.issuerAuthenticationFailed, 0x08),
    flag(state.scriptFailed, 0x08),
    0,
  ]
}

/** Counters that M/Chip 17 and 21 sign: cumulative offline amount (6 bytes), consecutive offline count, padding. */
function offlineCounters({ application }: CardSession): Uint8Array {
  const { cumulativeOfflineMinor, consecutiveOffline } = application.state
  const digits = String(cumulativeOfflineMinor).padStart(12, '0')
  const counters = new Uint8Array(8)
  for (let index = 0; index < 6; index++) {
    counters[index] = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16)
  }
  counters[6] = consecutiveOffline
  counters[7] = 0xff
  return counters
}

/** The terminal said Y3 or Z3 in tag 8A. Source: EMV Book 4, annex A6. */
export function isUnableToGoOnline(session: CardSession): boolean {
  const code = String.fromCharCode(...(session.told.get('8A') ?? []))
  return code === 'Y3' || code === 'Z3'
}
