import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { oneLine } from '../../../src/base/one-line.ts'
import { err, ok, type Result } from '../../../src/base/result.ts'
import { type CardImage, cardImageSchema } from './card-image.ts'

/** One sentence for the user, with the file and what to do; without any content of the file. */
export interface CardFileError {
  readonly kind: 'unreadable' | 'notJson' | 'notACard'
  readonly message: string
}

/** Reads a card image. Content that is no card is told by place, never by value. */
export function loadCardImage(path: string): Result<CardImage, CardFileError> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return err({
      kind: 'unreadable',
      message: `card file ${path} cannot be read (${code}): check the path and its permissions`,
    })
  }
  return parseCardImage(text, path)
}

/** As `loadCardImage`, of `text`; `path` stands in the messages. */
export function parseCardImage(text: string, path: string): Result<CardImage, CardFileError> {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    return err({
      kind: 'notJson',
      message: `card file ${path} is not whole JSON: make the card again with "tillwire card new"`,
    })
  }
  const parsed = cardImageSchema.safeParse(content)
  if (parsed.success) return ok(parsed.data)
  const place = oneLine(parsed.error.issues[0]?.path.map(String).join('.') || 'its top level')
  return err({
    kind: 'notACard',
    message: `card file ${path} is no card image (wrong at ${place}): make the card again with "tillwire card new"`,
  })
}

/** Replaces the file at once or not at all; readable by its owner only. Throws what the file system throws. */
export function saveCardImage(path: string, image: CardImage): void {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    writeDurably(temporary, `${JSON.stringify(image, undefined, 2)}\n`)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  syncDirectory(dirname(path))
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** So that the new name survives a power cut. */
function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
