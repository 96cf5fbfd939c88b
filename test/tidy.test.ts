import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { SHARING } from './runner/sharing-folders.ts'

const FUNCTION_LINES_MAX = 60
/** A component's lines are mostly markup: ADR 0020. */
const COMPONENT_LINES_MAX = 100
const FILE_LINES_MAX = 400
/** Files that are one table: long because the standard is long. Nothing else may stand here. */
const TABLES: readonly string[] = ['sim/plan/fault-kinds.ts']
/** Text that may not appear in product code, and what to write instead. */
const BANNED: readonly (readonly [RegExp, string])[] = [
  [/Math\.random\(/, 'a Random port'],
  [/\b(TODO|FIXME|XXX|HACK)\b/, 'an issue'],
  [/@ts-(ignore|expect-error|nocheck)|\bas any\b|biome-ignore/, 'a narrower type'],
  [/process\.exit\(\)/, 'an exit code'],
]

/** Mocks, another environment, spies on what a command line prints. */
const LEAVES_SOMETHING = /\bvi\.|process\.(env\S* = |chdir|exitCode = )|Object\.assign\(process|run-here/

function filesIn(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => `${root}/${path}`)
}

const files = ['src', 'hardware', 'sim', 'bench'].flatMap(filesIn)

function longFunctions(path: string, text: string): readonly string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) {
      const first = source.getLineAndCharacterOfPosition(node.getStart()).line
      const last = source.getLineAndCharacterOfPosition(node.end).line
      if (last - first + 1 > (path.endsWith('.tsx') ? COMPONENT_LINES_MAX : FUNCTION_LINES_MAX))
        found.push(`${path}:${first + 1} function of ${last - first + 1} lines`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

describe('tidy', () => {
  it('sees the product code', () => {
    expect(files.length).toBeGreaterThan(50)
  })

  it('product code keeps the house limits', () => {
    const complaints = files.flatMap((path) => {
      const text = readFileSync(path, 'utf8')
      const lineCount = text.split('\n').length - 1
      return [
        ...(lineCount > FILE_LINES_MAX && !TABLES.includes(path) ? [`${path}: ${lineCount} lines`] : []),
        ...BANNED.filter(([pattern]) => pattern.test(text)).map(
          ([pattern, instead]) => `${path}: ${pattern}, write ${instead}`,
        ),
        ...longFunctions(path, text),
      ]
    })
    expect(complaints).toEqual([])
  })

  it('tests that share a process leave nothing behind in it', () => {
    const shared = SHARING.flatMap((folder) => filesIn(`test/${folder}`))
    expect(shared.length).toBeGreaterThan(100)
    expect(shared.filter((path) => LEAVES_SOMETHING.test(readFileSync(path, 'utf8')))).toEqual([])
  })

  it('files are named in kebab-case', () => {
    expect(files.filter((path) => !/^[a-z0-9/.-]+$/.test(path))).toEqual([])
  })
})
