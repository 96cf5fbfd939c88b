import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse as parseYaml } from 'yaml'
import type { CardImage } from '../../../hardware/emulator/chip-card/card-image.ts'
import { loadCardImage } from '../../../hardware/emulator/chip-card/card-image-file.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { compileSpec } from '../../iso8583/compile.ts'
import { type LoadMix, parseMix } from '../../load/load-mix.ts'
import type { LoadOrders } from '../../load/load-orders.ts'
import type { Cast } from '../../load/run-share.ts'
import { targetCast } from '../../load/target/target-cast.ts'
import { parseTarget, type Target } from '../../load/target/target-file.ts'
import { type LoadEstate, parseEstate } from '../../load/unionpay/load-estate.ts'
import { MIX_KINDS } from '../../load/unionpay/load-kind.ts'
import { type UsedTerminal, unionPayCast } from '../../load/unionpay/unionpay-cast.ts'
import { BUILT_IN_SPECS, DIALECT_IDS } from '../message/dialects.ts'
import { loadSpecFile } from '../message/spec-file.ts'

/** The terminals of one process, from the files that its orders name. */
export interface OrderedCast extends Cast {
  /** What the run used up of the estate; nothing for a target. */
  used(): readonly UsedTerminal[]
}

/** Reads what the orders name; or one sentence with the file and what is wrong in it. */
export function castOf(orders: LoadOrders): Promise<Result<OrderedCast, string>> {
  return orders.subject.kind === 'estate' ? estateCast(orders) : foreignCast(orders)
}

async function estateCast({ subject, mixFile, index, workers, seed }: LoadOrders) {
  const estate = readEstate(subject.file)
  if (!estate.ok) return estate
  const mix = readMix(mixFile ?? '', MIX_KINDS)
  if (!mix.ok) return mix
  const cast = unionPayCast({ estate: estate.value, mix: mix.value, index, workers, seed })
  return cast.ok ? cast : err(`${subject.file}: ${cast.error}`)
}

async function foreignCast(orders: LoadOrders): Promise<Result<OrderedCast, string>> {
  const { file } = orders.subject
  const target = readTarget(file)
  if (!target.ok) return target
  const { messages, cards, dialect } = target.value
  const folder = dirname(file)
  const chips = new Map<string, CardImage>()
  for (const { chip } of cards) {
    if (chip === undefined) continue
    const image = loadCardImage(resolve(folder, chip))
    if (!image.ok) return err(image.error.message)
    chips.set(chip, image.value)
  }
  const kinds = messages.map(({ name }) => name)
  const mix = orders.mixFile === undefined ? ok(undefined) : readMix(orders.mixFile, kinds)
  if (!mix.ok) return mix
  const specFile = resolve(folder, dialect)
  const builtIn = BUILT_IN_SPECS.find(({ id }) => id === dialect)
  if (builtIn === undefined && !existsSync(specFile))
    return err(`${file}: dialect: must be ${DIALECT_IDS.join(', ')} or the path of a spec file`)
  const spec = builtIn ?? (await loadSpecFile(specFile))
  const cast = targetCast({
    ...orders,
    target: target.value,
    codec: compileSpec(spec),
    chips,
    mix: mix.value,
  })
  return cast.ok ? ok({ ...cast.value, used: () => [] }) : err(`${file}: ${cast.error}`)
}

/** A target file; what is wrong in it is told by place. */
export function readTarget(path: string): Result<Target, string> {
  const text = textOf(path)
  if (!text.ok) return text
  try {
    const target = parseTarget(JSON.parse(text.value))
    return target.ok ? target : err(`${path}: ${target.error}`)
  } catch {
    return err(`${path} is not whole JSON`)
  }
}

export function readEstate(path: string): Result<LoadEstate, string> {
  const text = textOf(path)
  if (!text.ok) return text
  try {
    const estate = parseEstate(JSON.parse(text.value))
    return estate.ok ? estate : err(`${path} ${estate.error}`)
  } catch {
    return err(`${path} is not whole JSON: make it again with "tillwire load prepare"`)
  }
}

/** A mix file, YAML or JSON. */
export function readMix(path: string, known: readonly string[]): Result<LoadMix, string> {
  const text = textOf(path)
  if (!text.ok) return text
  let content: unknown
  try {
    content = parseYaml(text.value)
  } catch {
    return err(`${path} is neither YAML nor JSON`)
  }
  const mix = parseMix(content, known)
  return mix.ok ? mix : err(`${path}: ${mix.error}`)
}

function textOf(path: string): Result<string, string> {
  try {
    return ok(readFileSync(path, 'utf8'))
  } catch {
    return err(`${path} can not be read: check the path and its permissions`)
  }
}
