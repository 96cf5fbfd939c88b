import { z } from 'zod'

const hex = (sizeMin: number, sizeMax: number) =>
  z
    .string()
    .regex(/^(?:[0-9A-F]{2})*$/, 'must be upper-case hexadecimal')
    .refine((text) => text.length >= sizeMin * 2 && text.length <= sizeMax * 2, {
      message: `must be ${sizeMin === sizeMax ? sizeMin : `${sizeMin} to ${sizeMax}`} bytes`,
    })
const tag = z.string().regex(/^(?:[0-9A-F]{2}){1,3}$/, 'must be a tag in hexadecimal')
const count = (max: number) => z.int().min(0).max(max)
const digits = (min: number, max: number) =>
  z.string().regex(new RegExp(`^[0-9]{${min},${max}}$`), `must be ${min} to ${max} digits`)

// By `refine`, which looks at what has the right type only: a length check of zod's compares the `length` of whatever it
// is given.
const text = (min: number, max: number) =>
  z.string().refine(({ length }) => length >= min && length <= max, {
    message: `must be ${min} to ${max} characters`,
  })
const list = <T extends z.ZodType>(item: T, max = Number.POSITIVE_INFINITY) =>
  z.array(item).refine(({ length }) => length >= 1 && length <= max, { message: 'has too few or too many' })

const schemes = [
  'visa-cvn10',
  'visa-cvn18',
  'mchip-16',
  'mchip-17',
  'mchip-20',
  'mchip-21',
  'pboc-01',
] as const

const recordSchema = z.strictObject({
  sfi: z.int().min(1).max(30),
  number: z.int().min(1).max(255),
  /** Whole record with its template. */
  data: hex(2, 254),
})

/** How an application behaves in a reader's field. Source: JR/T 0025.12; Visa VCPS 2.1. */
const contactlessSchema = z.strictObject({
  /** Tag 9F38 there; it asks for tag 9F66. */
  pdol: hex(3, 252),
  interchangeProfile: hex(2, 2),
  /** Empty: everything is in the answer to GET PROCESSING OPTIONS. */
  fileLocator: hex(0, 252),
  records: z.array(recordSchema),
  /** Tag 57. */
  track2: hex(8, 19),
  /** What it wants of its holder where the terminal says that it must be sure of them. */
  cvm: z.enum(['pin', 'signature', 'none']),
  /** A phone, whose holder has proved themselves to it. */
  isDevice: z.boolean(),
})

/** What changes in the life of a card. Kept over power cuts. */
const stateSchema = z.strictObject({
  /** Application transaction counter. */
  atc: count(0xffff),
  lastOnlineAtc: count(0xffff),
  pinTriesLeft: count(15),
  /** Blocked by its issuer: SELECT answers 6283. */
  blocked: z.boolean(),
  consecutiveOffline: count(255),
  cumulativeOfflineMinor: z.int().min(0).max(999_999_999_999),
  /** The last online transaction was not finished by issuer authentication. */
  issuerAuthenticationFailed: z.boolean(),
  /** The last transaction was declined offline. */
  declinedOffline: z.boolean(),
  /** Script commands done since the last online transaction, and whether one failed. */
  scriptCount: count(15),
  scriptFailed: z.boolean(),
})

const applicationSchema = z.strictObject({
  aid: hex(5, 16),
  /** One character a byte. */
  label: text(1, 16),
  preferredName: hex(1, 16).optional(),
  /** Tag 87: low nibble priority, high bit confirmation. */
  priority: count(255),
  /** Further objects of the file control information, tag to value. */
  information: z.record(tag, hex(0, 252)),
  /** Tag 9F38; empty: the card wants nothing. */
  pdol: hex(0, 252),
  interchangeProfile: hex(2, 2),
  fileLocator: hex(4, 252),
  /** `80` or `77`: how GPO and GENERATE AC answer. */
  responseFormat: z.enum(['80', '77']),
  records: list(recordSchema),
  /** GET DATA objects that never change, tag to value. */
  dataObjects: z.record(tag, hex(0, 252)),
  scheme: z.enum(schemes),
  /** Tag 9F10 begins with this key index. */
  keyIndex: count(255),
  pan: digits(12, 19),
  panSequence: digits(2, 2),
  /** The card's own master keys, 16 bytes each. */
  keys: z.strictObject({ ac: hex(16, 16), smi: hex(16, 16), smc: hex(16, 16) }),
  /** Key pair for dynamic authentication. */
  signatureKey: z.strictObject({ modulus: hex(64, 248), privateExponent: hex(1, 248) }).optional(),
  /** Undefined: the card has no offline PIN. */
  pin: digits(4, 12).optional(),
  pinTriesMax: z.int().min(1).max(15),
  /** Without a right ARPC the card declines what its issuer approved. */
  needsIssuerAuthentication: z.boolean(),
  /** From this many offline transactions in a row the card wants to go online; 0: always. */
  offlineCountMax: count(255),
  offlineAmountMaxMinor: z.int().min(0).max(999_999_999_999),
  contactless: contactlessSchema.optional(),
  state: stateSchema,
})

/** Misbehaviour for tests. A card without faults is what every terminal must accept. */
const faultsSchema = z.strictObject({
  /** No ATR. */
  mute: z.boolean().optional(),
  /** Gone after this many answered commands of one power cycle. */
  goneAfter: count(1000).optional(),
  /** The first cryptogram has one wrong bit. */
  wrongCryptogram: z.boolean().optional(),
  /** AAC at the second GENERATE AC, whatever was asked. */
  declinesSecond: z.boolean().optional(),
  /** Every issuer authentication fails. */
  refusesIssuer: z.boolean().optional(),
  /** Answers AAC at the first GENERATE AC. */
  declinesFirst: z.boolean().optional(),
  /** Answers TC when an ARQC was asked for: a breach of the standard. */
  raisesCryptogram: z.boolean().optional(),
  /** Dynamic signatures have one wrong bit. */
  wrongSignature: z.boolean().optional(),
})

const chipSchema = z.strictObject({
  atr: hex(2, 33),
  /** Whether the payment system environment is there. */
  directory: z.boolean(),
  /** CARD BLOCK was done: SELECT answers 6A81. */
  blocked: z.boolean(),
  /** Its antenna; none without. */
  contactless: z.strictObject({ answerToSelect: hex(1, 32) }).optional(),
  applications: list(applicationSchema, 10),
})

/** A card that says what was once recorded. */
const replaySchema = z.strictObject({
  atr: hex(2, 33),
  exchanges: list(z.strictObject({ command: hex(4, 261), response: hex(2, 258) })),
})

const stripeSchema = z.strictObject({
  /** Without sentinels and LRC; `^` as the separator. */
  track1: text(0, 76).optional(),
  /** `=` as the separator. */
  track2: z
    .string()
    .regex(/^[0-9=]{1,37}$/)
    .optional(),
  track3: z
    .string()
    .regex(/^[0-9=]{1,104}$/)
    .optional(),
})

export const cardImageSchema = z
  .strictObject({
    format: z.literal('tillwire-card-1'),
    /** For people: never a full card number. */
    name: text(0, 80),
    chip: chipSchema.optional(),
    replay: replaySchema.optional(),
    stripe: stripeSchema.optional(),
    faults: faultsSchema.optional(),
  })
  .refine((image) => image.chip === undefined || image.replay === undefined, {
    message: 'has both a chip and a replay',
  })

/** A whole card: chip, stripe or both, with all that changes in its life. */
export type CardImage = z.infer<typeof cardImageSchema>
export type ChipImage = z.infer<typeof chipSchema>
export type ApplicationImage = z.infer<typeof applicationSchema>
export type ContactlessImage = z.infer<typeof contactlessSchema>
export type StripeImage = z.infer<typeof stripeSchema>
export type ReplayImage = z.infer<typeof replaySchema>
export type CardFaults = z.infer<typeof faultsSchema>
