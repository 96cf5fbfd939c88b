import { useSignal } from '@preact/signals'
import { CURRENCY_NUMBERS, currencyCode } from '../../base/money.ts'
import type { RatesView } from '../../host/console/api-types/rates.ts'
import { t } from '../state/language.ts'
import { sayProblem } from '../state/toasts.ts'
import { Button } from './button.tsx'
import { FormDialog } from './dialog.tsx'
import { SelectField, TextField } from './field.tsx'

export type Rate = RatesView['rates'][number]
type Content = Omit<RatesView, 'version' | 'terminals'>

interface RateDialogProps {
  readonly data: RatesView
  /** Undefined for a new currency. */
  readonly rate: Rate | undefined
  readonly onClose: () => void
  /** Rejects with what the reader is told. */
  readonly onContent: (content: Content) => Promise<void>
}

const EVER = { validFrom: '20200101000000', validUntil: '20991231235959' }

/** One currency: its rate, markup, time and cards. The host says what is wrong with them. */
export function RateDialog({ data, rate, onClose, onContent }: RateDialogProps) {
  const free = CURRENCY_NUMBERS.filter(
    (each) => each !== data.base && !data.rates.some(({ currency }) => currency === each),
  )
  const currency = useSignal(rate?.currency ?? free[0] ?? '')
  const value = useSignal(rate?.rate ?? '')
  const markup = useSignal(String(rate?.markupBasisPoints ?? 300))
  const from = useSignal(timeText(rate?.validFrom ?? EVER.validFrom))
  const until = useSignal(timeText(rate?.validUntil ?? EVER.validUntil))
  const prefixesOf = (of: string): string =>
    data.ranges.flatMap((each) => (each.currency === of ? [each.prefix] : [])).join(' ')
  const prefixes = useSignal(rate === undefined ? '' : prefixesOf(rate.currency))
  const others = data.rates.filter((each) => each.currency !== currency.value)
  const otherRanges = data.ranges.filter((each) => each.currency !== currency.value)
  const head = { base: data.base, source: data.source }
  const save = (): Promise<void> => {
    const row: Rate = {
      currency: currency.value,
      rate: value.value.trim(),
      // What is no number goes as it is: the host says so.
      markupBasisPoints: Number(markup.value),
      validFrom: timeDigits(from.value),
      validUntil: timeDigits(until.value),
    }
    const words = prefixes.value.split(/[\s,，]+/).filter((each) => each !== '')
    const rates =
      rate === undefined
        ? [...others, row]
        : data.rates.map((each) => (each.currency === row.currency ? row : each))
    const ranges = [...otherRanges, ...words.map((prefix) => ({ prefix, currency: row.currency }))]
    return onContent({ ...head, rates, ranges })
  }
  const base = currencyCode(data.base)
  return (
    <FormDialog
      title={
        rate === undefined
          ? t({ zh: '添加币种', en: 'Add a currency' })
          : t({ zh: `修改 ${currencyCode(rate.currency)}`, en: `Change ${currencyCode(rate.currency)}` })
      }
      onClose={onClose}
      submit={{ zh: '保存并通知终端', en: 'Save and tell the terminals' }}
      onSubmit={save}
    >
      {rate === undefined && (
        <SelectField
          label={t({ zh: '币种', en: 'Currency' })}
          value={currency.value}
          onChange={(next) => (currency.value = next)}
          options={free.map((each) => ({ value: each, text: `${currencyCode(each)} ${each}` }))}
        />
      )}
      <TextField
        label={t({
          zh: `1 ${base} 折合 ${currencyCode(currency.value)}`,
          en: `${currencyCode(currency.value)} for 1 ${base}`,
        })}
        inputMode="decimal"
        value={value.value}
        onInput={(next) => (value.value = next)}
      />
      <TextField
        label={t({ zh: '加价（基点，300 为 3 %）', en: 'Markup (basis points: 300 is 3 %)' })}
        inputMode="numeric"
        value={markup.value}
        onInput={(next) => (markup.value = next)}
      />
      <TextField
        label={t({ zh: '生效时间', en: 'Valid from' })}
        value={from.value}
        onInput={(next) => (from.value = next)}
      />
      <TextField
        label={t({ zh: '失效时间', en: 'Valid until' })}
        value={until.value}
        onInput={(next) => (until.value = next)}
      />
      <TextField
        label={t({ zh: '以此币种入账的卡段', en: 'Cards that are billed in it, by their first digits' })}
        hint={t({ zh: '3 至 14 位数字，用空格分开', en: '3 to 14 digits each, spaces between them' })}
        value={prefixes.value}
        onInput={(next) => (prefixes.value = next)}
      />
      {rate !== undefined && (
        <div class="row">
          <Button
            kind="danger"
            onClick={() => onContent({ ...head, rates: others, ranges: otherRanges }).catch(sayProblem)}
          >
            {t({ zh: '不再提供此币种', en: 'Offer it no more' })}
          </Button>
        </div>
      )}
    </FormDialog>
  )
}

/** `20260314150926` as `2026-03-14 15:09:26`. */
export function timeText(digits: string): string {
  return digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3 $4:$5:$6')
}

function timeDigits(text: string): string {
  return text.replace(/[-: ]/g, '')
}
