import { releaseVersion } from '../release.ts'
import { Recorder, type RecorderOptions } from './recorder.ts'

/** The help of `--record`, one for all commands. */
export const RECORD_OPTION = [
  '--record <file>',
  '把各条线上的每个字节（脱敏后）录到新文件 | record each byte on each line, masked, into a new file',
] as const

/** The recorder of `--record`; undefined when nobody asked for one. @throws {UsageFailure} */
export function openRecorder(
  path: string | undefined,
  options: Pick<RecorderOptions, 'program' | 'testBehaviour'>,
): Recorder | undefined {
  if (path === undefined) return undefined
  return new Recorder({
    ...options,
    path,
    release: releaseVersion(),
    warn: (text) => process.stderr.write(`tillwire: ${text}\n`),
  })
}
