/** What a mix may ask of a terminal of the home dialect. */
export const MIX_KINDS = [
  'saleStripe',
  'saleStripePin',
  'saleChip',
  'saleChipPin',
  'balance',
  'void',
  'refund',
  'preAuthorisation',
  'completion',
  'cancel',
  'reversal',
  'settlement',
] as const

export type MixKind = (typeof MIX_KINDS)[number]

/** All that it sends: its duties too. */
export const LOAD_KINDS = ['signIn', ...MIX_KINDS, 'batchEnd'] as const

export type LoadKind = (typeof LOAD_KINDS)[number]

/** How one kind stands on the wire. */
interface WireForm {
  readonly mti: string
  /** Fields 3 and 25, and 60.1. */
  readonly processingCode: string
  readonly condition: string
  readonly messageType: string
  /** Requests and replies carry a MAC. */
  readonly hasMac: boolean
  /** The host keeps a row of it, whatever its answer. */
  readonly isBooked: boolean
  /** Without a proved answer it owes a reversal. */
  readonly isReversible: boolean
}

const sale: WireForm = {
  mti: '0200',
  processingCode: '000000',
  condition: '00',
  messageType: '22',
  hasMac: true,
  isBooked: true,
  isReversible: true,
}
const management: WireForm = {
  mti: '0800',
  processingCode: '',
  condition: '',
  messageType: '00',
  hasMac: false,
  isBooked: false,
  isReversible: false,
}

/** Source: UnionPay POS dialect, 4. */
export const WIRE_FORMS: Readonly<Record<LoadKind, WireForm>> = {
  signIn: management,
  saleStripe: sale,
  saleStripePin: sale,
  saleChip: sale,
  saleChipPin: sale,
  balance: { ...sale, processingCode: '310000', messageType: '01', isReversible: false },
  void: { ...sale, processingCode: '200000', messageType: '23' },
  refund: { ...sale, mti: '0220', processingCode: '200000', messageType: '25', isReversible: false },
  preAuthorisation: { ...sale, mti: '0100', processingCode: '030000', condition: '06', messageType: '10' },
  completion: { ...sale, condition: '06', messageType: '20' },
  cancel: { ...sale, mti: '0100', processingCode: '200000', condition: '06', messageType: '11' },
  reversal: { ...sale, mti: '0400', isBooked: false, isReversible: false },
  settlement: { ...management, mti: '0500' },
  batchEnd: { ...management, mti: '0320' },
}
