import type { ComponentType } from 'preact'
import type { Text } from './state/language.ts'

export type NavGroup = 'run' | 'terminals' | 'merchants' | 'test' | 'manage'

/** One page of the console. */
export interface Page {
  /** `/estate`, or with a parameter: `/estate/:tid`. */
  readonly path: string
  readonly title: Text
  /** Where the navigation shows it; undefined: reached from another page. */
  readonly group?: NavGroup
  /** As the routes behind it. */
  readonly access: 'signedIn' | readonly string[]
  /** Loaded when it is opened. */
  readonly load: () => Promise<ComponentType<PageProps>>
}

export interface PageProps {
  /** Values of the parameters in the path. */
  readonly params: Readonly<Record<string, string>>
}

/** Values of the parameters when `path` is of the form `pattern`. */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const expected = pattern.split('/')
  const given = path.replace(/(.)\/$/, '$1').split('/')
  if (expected.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of expected.entries()) {
    const value = given[index] ?? ''
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(value)
    else if (part !== value) return undefined
  }
  return params
}
