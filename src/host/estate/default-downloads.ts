import type { AddedCaKey, Application, CatalogueContents } from './catalogue-content.ts'
import { KEY_EXPIRY } from './download-objects.ts'

const UNIONPAY: Omit<Application, 'aid'> = {
  partialMatch: true,
  version: '0020',
  tacDefault: 'D84000A800',
  tacOnline: 'D84004F800',
  tacDenial: '0010000000',
  floorLimitMinor: 0,
  thresholdMinor: 0,
  maximumPercent: 99,
  targetPercent: 0,
  defaultDdol: '9F3704',
  onlinePin: true,
}
/** Every tap goes online, from 1000.00 on with a PIN, from 50 000.00 on the card is put in. */
const TAPS = {
  contactlessFloorMinor: 0,
  contactlessTransactionMinor: 5_000_000,
  contactlessVerificationMinor: 100_000,
}

/** What a new entry of a list begins with. */
export const FRESH_ENTRIES: { readonly applications: Application; readonly caKeys: AddedCaKey } = {
  applications: { aid: '', ...UNIONPAY },
  caKeys: { rid: '', index: '', modulus: '', exponent: '03', expiry: KEY_EXPIRY },
}

/** What all download until somebody changes it, and what a test terminal has built in: one that downloads works like one that did not. */
export const DEFAULT_DOWNLOADS: CatalogueContents = {
  parameters: {
    values: { '12': '30', '20': '1', '21': '0', '23': '3' },
  },
  caKeys: { own: true, list: [] },
  applications: {
    list: [
      { ...UNIONPAY, ...TAPS, aid: 'A000000333010101' },
      { ...UNIONPAY, ...TAPS, aid: 'A000000333010102' },
      { ...UNIONPAY, ...TAPS, aid: 'A000000333010103' },
      { ...UNIONPAY, aid: 'A000000333010106' },
      {
        ...UNIONPAY,
        ...TAPS,
        aid: 'A0000000031010',
        version: '008C',
        tacDefault: 'DC4000A800',
        tacOnline: 'DC4004F800',
      },
      {
        ...UNIONPAY,
        aid: 'A0000000041010',
        version: '0002',
        tacDefault: 'FC50BCA000',
        tacOnline: 'FC50BCF800',
        tacDenial: '0000000000',
      },
    ],
  },
  blacklist: { form: 'fixed', prefixes: [] },
  contactless: {
    form: 'text',
    values: {
      FF805D: '0',
      FF803A: '010',
      FF803C: '060',
      FF8054: '1',
      FF8058: '000000100000',
      FF8059: '000000100000',
      FF805A: '1',
    },
  },
}
