import type { CatalogueVersion } from '../../host/estate/catalogue-desk.ts'
import { UsageFailure } from '../failure.ts'

type Pairs = readonly (readonly [code: string, value: string])[]
type Members = Readonly<Record<string, unknown>>

/**
 * The content of a set with some values changed: `CODE=VALUE`, for an application `AID.MEMBER=VALUE`. An empty value takes
 * one away. What is right is for the host to say.
 */
export function withValues({ set, content }: CatalogueVersion, pairs: Pairs): object {
  if (set === 'applications') return withMembers(content as { readonly list: readonly Members[] }, pairs)
  if (set !== 'parameters' && set !== 'contactless')
    throw new UsageFailure(
      `${set} is no list of values: give it by --file, as show --json prints its content`,
    )
  const before = 'values' in content ? (content.values as Readonly<Record<string, string>>) : {}
  const gone = new Set(pairs.filter(([, value]) => value === '').map(([code]) => code))
  const kept = Object.entries({ ...before, ...Object.fromEntries(pairs) }).filter(([code]) => !gone.has(code))
  return { ...content, values: Object.fromEntries(kept) }
}

function withMembers(content: { readonly list: readonly Members[] }, pairs: Pairs): object {
  let { list } = content
  for (const [code, value] of pairs) {
    const [aid = '', member] = code.split('.')
    if (member === undefined)
      throw new UsageFailure(`'${code}' is no AID.MEMBER: such as A000000333010101.contactlessFloorMinor=0`)
    if (!list.some((each) => each['aid'] === aid.toUpperCase()))
      throw new UsageFailure(`there is no application ${aid}: see show applications`)
    list = list.map((each) => {
      if (each['aid'] !== aid.toUpperCase()) return each
      const { [member]: before, ...others } = each
      return value === '' ? others : { ...others, [member]: memberOf(before, value) }
    })
  }
  return { ...content, list }
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['true', true],
  ['0', false],
  ['false', false],
])

/** As JSON has it: `partialMatch` and `onlinePin` are flags, versions and actions are hexadecimal text. */
function memberOf(before: unknown, value: string): unknown {
  if (typeof before === 'boolean') return FLAGS.get(value) ?? value
  if (typeof before === 'string') return value
  return /^\d+$/.test(value) ? Number(value) : value
}
