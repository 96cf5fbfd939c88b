import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DOWNLOAD_SETS, type DownloadSet, type TerminalDownloads } from '../flows/download-model.ts'
import type { JournalRecord } from '../flows/journal-record.ts'
import type { TerminalState } from '../flows/terminal-model.ts'
import { ExerciseWatch, type PassedExercise } from '../flows/training/exercises.ts'
import { trainingFlow } from '../flows/training/training-flow.ts'
import { terminalCodec } from './frame-summary.ts'
import { JournalFailure } from './journal-failure.ts'
import { type OpenTerminalOptions, openTerminal } from './open-terminal.ts'
import { PackageSlotFiles } from './package-slots.ts'
import { openSqliteJournal } from './sqlite-journal.ts'
import type { Terminal } from './terminal.ts'

/** Where a terminal's training is kept, apart from its real records. */
export function trainingDirectory(dataDirectory: string): string {
  return join(dataDirectory, 'training')
}

/**
 * Opens the terminal of `options.dataDirectory` in training: the same identity and operators, a journal of its own, no
 * line to a host, everything marked. `passed` hears of each exercise that was done, once what it rests on is durable.
 *
 * Rejects as `openTerminal` does; with `JournalFailure` when there is no commissioned terminal.
 */
export async function openTrainingTerminal(
  options: OpenTerminalOptions,
  passed: (exercise: PassedExercise) => void = () => {},
): Promise<Terminal> {
  let space: TrainingSpace
  try {
    space = prepareSpace(options.dataDirectory)
  } catch (error) {
    options.peripherals.close()
    throw error
  }
  const watch = new ExerciseWatch(space.loggedOn)
  let atStart = true
  return openTerminal({
    ...options,
    dataDirectory: trainingDirectory(options.dataDirectory),
    slots: space.slots,
    withoutHost: true,
    probe: {
      ...options.probe,
      flow: (flow) => {
        const trained = trainingFlow(flow, {
          codec: terminalCodec(),
          atStart,
          happened: (happening) => watch.happened(happening).forEach(passed),
        })
        atStart = false
        return options.probe?.flow?.(trained) ?? trained
      },
      outcome: (command, outcome) => {
        if (command.kind === 'reprint' && outcome.kind === 'done') passed(watch.reprinted())
        options.probe?.outcome?.(command, outcome)
      },
    },
  })
}

interface TrainingSpace {
  readonly loggedOn: string | undefined
  /** With the package that the terminal runs; training itself fetches none. */
  readonly slots: PackageSlotFiles
}

/** Gives the training the operators, the downloads and the package that the terminal has now. */
function prepareSpace(dataDirectory: string): TrainingSpace {
  const real = readState(dataDirectory)
  const journal = openSqliteJournal({ directory: trainingDirectory(dataDirectory) })
  try {
    const records = recordsToFollow(real, journal.openingState)
    if (records.length > 0)
      journal.append(records, (outcome) => {
        if (outcome.kind === 'failed') throw new JournalFailure('io', outcome.reason)
      })
    return { loggedOn: journal.openingState.loggedOn, slots: slotsInForce(dataDirectory, real) }
  } finally {
    journal.close()
  }
}

function slotsInForce(dataDirectory: string, { packages }: TerminalState): PackageSlotFiles {
  const slots = new PackageSlotFiles(dataDirectory)
  // One that can't be used any more is for the live terminal to leave; until then people train with what was delivered.
  if (packages?.active !== undefined)
    slots.perform({ kind: 'loadSlot', installed: packages.active }, () => {})
  return slots
}

function readState(dataDirectory: string): TerminalState {
  const isThere = existsSync(join(dataDirectory, 'journal.db'))
  if (isThere) {
    const journal = openSqliteJournal({ directory: dataDirectory })
    try {
      if (journal.openingState.commissioned) return journal.openingState
    } finally {
      journal.close()
    }
  }
  throw new JournalFailure(
    'notAJournal',
    `${dataDirectory} holds no commissioned terminal: commission it first, then train with it`,
  )
}

function recordsToFollow(real: TerminalState, training: TerminalState): readonly JournalRecord[] {
  const operators = real.operators
    .filter(
      (each) => !training.operators.some((other) => other.hash === each.hash && other.number === each.number),
    )
    .map((operator): JournalRecord => ({ kind: 'operatorStored', operator }))
  const isSame = training.commissioned && isEqual(training.profileChanges, real.profileChanges)
  const changes: JournalRecord = { kind: 'commissioned', profileChanges: real.profileChanges }
  return [
    ...(isSame ? [] : [changes]),
    ...operators,
    ...downloadsToFollow(real.downloads, training.downloads),
  ]
}

/** People train with the time-outs, applications and blacklist that the host gave this terminal. */
function downloadsToFollow(
  real: TerminalDownloads = NO_DOWNLOADS,
  training: TerminalDownloads = NO_DOWNLOADS,
): readonly JournalRecord[] {
  return DOWNLOAD_SETS.flatMap((set): readonly JournalRecord[] => {
    const { items, ...more } = inForce(real, set)
    if (items === undefined || isEqual(inForce(training, set), { items, ...more })) return []
    return [
      { kind: 'downloadBegun', set },
      ...(set === 'blacklist'
        ? [{ kind: 'downloadListed', set, names: items, isComplete: true } as const]
        : []),
      ...(set === 'blacklist' ? [] : items.map((item) => ({ kind: 'downloadReceived', set, item }) as const)),
      { kind: 'downloadActivated', set, ...more },
      { kind: 'downloadEnded', set },
    ]
  })
}

const NO_DOWNLOADS: TerminalDownloads = { staged: {} }

/** Undefined items: the host never gave this set, or training has its own. */
function inForce(
  { parameters, profileChanges, caKeys, applications, blacklist, contactless }: TerminalDownloads,
  set: DownloadSet,
): Pick<TerminalDownloads, 'profileChanges' | 'contactless'> & {
  readonly items: readonly string[] | undefined
} {
  switch (set) {
    case 'parameters':
      return {
        items: parameters === undefined ? undefined : [parameters],
        ...(profileChanges === undefined ? {} : { profileChanges }),
      }
    case 'caKeys':
      return { items: caKeys }
    case 'applications':
      return { items: applications }
    case 'blacklist':
      return { items: blacklist }
    case 'contactless':
      return contactless === undefined ? { items: undefined } : { items: [], contactless }
    case 'rates':
      // Those of training are its own, and always in force.
      return { items: undefined }
  }
}

function isEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
