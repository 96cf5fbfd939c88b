import { readFileSync } from 'node:fs'
import { parse as parseYaml } from 'yaml'
import { err, ok, type Result } from '../../base/result.ts'
import { type LoadMix, parseMix } from '../../load/load-mix.ts'
import type { LoadOrders } from '../../load/load-orders.ts'
import type { Cast } from '../../load/run-share.ts'
import { type LoadEstate, parseEstate } from '../../load/unionpay/load-estate.ts'
import { MIX_KINDS } from '../../load/unionpay/load-kind.ts'
import { type UsedTerminal, unionPayCast } from '../../load/unionpay/unionpay-cast.ts'

/** The terminals of one process, from the files that its orders name. */
export interface OrderedCast extends Cast {
  /** What the run used up of the estate; nothing for a target. */
  used(): readonly UsedTerminal[]
}

/** Reads what the orders name; or one sentence with the file and what is wrong in it. */
export function castOf(orders: LoadOrders): Result<OrderedCast, string> {
  const estate = readEstate(orders.subject.file)
  if (!estate.ok) return estate
  const mix = readMix(orders.mixFile, MIX_KINDS)
  if (!mix.ok) return mix
  const { index, workers, seed } = orders
  const cast = unionPayCast({ estate: estate.value, mix: mix.value, index, workers, seed })
  return cast.ok ? cast : err(`${orders.subject.file}: ${cast.error}`)
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
