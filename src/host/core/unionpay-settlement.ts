import type { MessageView } from '../../iso8583/compile.ts'
import { F } from '../../iso8583/field.ts'
import {
  type SettlementTotals as Field48Totals,
  formatSettlementTotals,
  parseBatchDetails,
  parseSettlementTotals,
  type SettlementFlag,
} from '../../iso8583/subfields/field-48.ts'
import type { UploadedRecord } from './host-request.ts'
import { digitsToNumber, numberField, textField } from './intake-fields.ts'
import type { BalanceFlag, BatchRow, ClassTotals, SettlementTotals, UploadKind } from './records.ts'

/** The terminal's totals; undefined when field 48 is none. Source: unionpay-pos, settlement. */
export function settlementOf(field48: string): SettlementTotals | undefined {
  const parsed = parseSettlementTotals(field48)
  if (!parsed.ok) return undefined
  return { domestic: classTotals(parsed.value.domestic), foreign: classTotals(parsed.value.foreign) }
}

function classTotals(totals: Omit<Field48Totals, 'flag'>): ClassTotals {
  return {
    debitMinor: totals.debitAmountMinor,
    debitCount: totals.debitCount,
    creditMinor: totals.creditAmountMinor,
    creditCount: totals.creditCount,
  }
}

const FLAGS: Readonly<Record<BalanceFlag, SettlementFlag>> = {
  '0': 'notCompared',
  '1': 'balanced',
  '2': 'unbalanced',
  '3': 'error',
}

/** Field 48 of the reply: the terminal's own figures with the host's flags; zeros when it gave none. */
export function settlementAnswer({ terminalTotals, domesticFlag, foreignFlag }: BatchRow): string {
  return formatSettlementTotals({
    domestic: { ...field48Totals(terminalTotals?.domestic ?? NOTHING), flag: FLAGS[domesticFlag] },
    foreign: { ...field48Totals(terminalTotals?.foreign ?? NOTHING), flag: FLAGS[foreignFlag] },
  })
}

const NOTHING: ClassTotals = { debitMinor: 0, debitCount: 0, creditMinor: 0, creditCount: 0 }

function field48Totals(totals: ClassTotals): Omit<Field48Totals, 'flag'> {
  return {
    debitAmountMinor: totals.debitMinor,
    debitCount: totals.debitCount,
    creditAmountMinor: totals.creditMinor,
    creditCount: totals.creditCount,
  }
}

/** Field 60.3 of an upload to the kind of its one record. */
const KINDS: Readonly<Record<string, UploadKind>> = {
  '203': 'chip',
  '205': 'chip',
  '204': 'chipFailed',
  '206': 'chipFailed',
  '000': 'notice',
}

/** The records of one upload message; undefined when they can't be read. */
export function uploadsOf(
  view: MessageView,
  networkCode: string,
  stan: number | undefined,
): readonly UploadedRecord[] | undefined {
  const kind = KINDS[networkCode]
  if (kind === undefined) return stripeRecords(textField(view, F.additionalDataPrivate))
  if (stan === undefined) return undefined
  const amountMinor = numberField(view, F.amountTransaction) ?? amountOfChipUpload(view)
  if (amountMinor === undefined) return undefined
  return [{ kind, stan, pan: view.text(F.primaryAccountNumber) ?? '', amountMinor }]
}

function stripeRecords(field48: string): readonly UploadedRecord[] | undefined {
  const details = parseBatchDetails(field48)
  if (!details.ok || details.value.length === 0) return undefined
  return details.value.map(({ stan, pan, amountMinor }) => ({
    kind: 'stripe',
    stan: Number(stan),
    pan,
    amountMinor,
  }))
}

/** Field 62 of a chip upload: `61` or `71`, class 2, result 2, amount 12, currency 3. */
function amountOfChipUpload(view: MessageView): number | undefined {
  const bytes = view.value(F.multiUseData)
  if (bytes === undefined) return undefined
  let text = ''
  for (const byte of bytes.subarray(6, 18)) text += String.fromCharCode(byte)
  return digitsToNumber(text)
}

/** Field 48 of a batch end: number of records in four digits. */
export function recordCountOf(view: MessageView): number | undefined {
  return numberField(view, F.additionalDataPrivate)
}
