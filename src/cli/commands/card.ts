import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Command, Option } from 'commander'
import type { CardFaults } from '../../../hardware/emulator/chip-card/card-image.ts'
import { loadCardImage, saveCardImage } from '../../../hardware/emulator/chip-card/card-image-file.ts'
import type { CardCvm } from '../../../hardware/emulator/chip-card/personalise.ts'
import { isLuhnValid, truncatePan } from '../../base/exposure.ts'
import { invariant } from '../../base/invariant.ts'
import { parseAmount } from '../../base/money.ts'
import { CRYPTOGRAM_SCHEMES, type CryptogramScheme } from '../../emv/schemes.ts'
import { renderCardSummary, summariseCard } from '../card/card-summary.ts'
import { type CardWish, type IssuedCard, issueCard } from '../card/issue-card.ts'
import { UsageFailure } from '../failure.ts'
import { type RecordFlags, storeOption } from '../host/command-records.ts'
import { withDeskRecords } from '../host/with-records.ts'
import { type CliLanguage, languageOf } from '../language.ts'

/** Misbehaviour by the name it has on the command line. */
const FAULTS: Readonly<Record<string, CardFaults>> = {
  mute: { mute: true },
  'wrong-cryptogram': { wrongCryptogram: true },
  'declines-first': { declinesFirst: true },
  'declines-second': { declinesSecond: true },
  'refuses-issuer': { refusesIssuer: true },
  'raises-cryptogram': { raisesCryptogram: true },
  'wrong-signature': { wrongSignature: true },
}

interface NewFlags extends RecordFlags {
  readonly pan?: string
  readonly pin: string
  readonly expiry?: string
  readonly name: string
  readonly scheme?: CryptogramScheme
  readonly cvm: CardCvm
  readonly authentication: 'cda' | 'dda' | 'sda'
  readonly contactless: 'card' | 'phone' | 'none'
  readonly stripeOnly?: boolean
  readonly balance: string
  readonly fault?: readonly string[]
  readonly out?: string
  readonly force?: boolean
  readonly json?: boolean
}

interface ShowFlags {
  readonly json?: boolean
  readonly lang: CliLanguage
}

export function buildCommand(): Command {
  const command = new Command('card').description(
    'Make and look at the card images that the emulated reader takes.',
  )
  command.addCommand(newCommand())
  command.addCommand(showCommand())
  return command
}

function newCommand(): Command {
  return new Command('new')
    .description("Personalise a test card with the host's keys, and open its account when there is none.")
    .option('--data <dir>', 'folder of the host, which must not run on its own file', 'tillwire-data/host')
    .addOption(storeOption())
    .option('--pan <digits>', 'card number of a known test range; a fresh one when left out')
    .option('--pin <digits>', 'PIN of a new account, 4 to 12 digits', '123456')
    .option('--expiry <YYMM>', 'expiry of a new account (default: 3012)')
    .option('--name <text>', 'cardholder, as on track 1', 'TILLWIRE/TEST')
    .addOption(new Option('--scheme <scheme>', 'how it makes cryptograms').choices([...CRYPTOGRAM_SCHEMES]))
    .addOption(
      new Option('--cvm <rule>', 'what the cardholder must do')
        .choices(['pin', 'signature', 'none'])
        .default('pin'),
    )
    .addOption(
      new Option('--authentication <method>', 'how the chip proves itself offline')
        .choices(['cda', 'dda', 'sda'])
        .default('dda'),
    )
    .addOption(
      new Option(
        '--contactless <kind>',
        'a card that can be tapped, a phone that proves its holder, or neither',
      )
        .choices(['card', 'phone', 'none'])
        .default('card'),
    )
    .option('--stripe-only', 'no chip')
    .option('--balance <amount>', 'opening balance of a new account', '10000.00')
    .addOption(
      new Option('--fault <name...>', 'misbehaviour, to test terminal and host').choices(Object.keys(FAULTS)),
    )
    .option('--out <file>', 'where the image goes (default: cards/… beside the host folder)')
    .option('--force', 'replace a file that is there')
    .option('--json', 'print JSON')
    .action(makeCard)
}

async function makeCard(flags: NewFlags): Promise<void> {
  const wish = wishOf(flags)
  if (flags.out !== undefined) refuseExisting(flags.out, flags)
  const issued = await issueFrom(flags, wish)
  const path = flags.out ?? defaultPath(flags, issued.pan)
  if (flags.out === undefined) refuseExisting(path, flags)
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    saveCardImage(path, issued.image)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new UsageFailure(`cannot write ${path} (${code}): choose another place with --out`)
  }
  report(path, issued, flags.json === true)
}

function refuseExisting(path: string, { force }: NewFlags): void {
  if (force !== true && existsSync(path)) {
    throw new UsageFailure(
      `${path} is there already: choose another place with --out, or replace it with --force`,
    )
  }
}

async function issueFrom(flags: NewFlags, wish: CardWish): Promise<IssuedCard> {
  let issued: IssuedCard | undefined
  await withDeskRecords(flags, (records) => {
    issued = issueCard(records, wish)
  })
  invariant(issued !== undefined, 'a card is issued or refused')
  return issued
}

function wishOf(flags: NewFlags): CardWish {
  const { pan, pin, expiry, name, balance } = flags
  if (pan !== undefined && !(/^\d{13,19}$/.test(pan) && isLuhnValid(pan))) {
    throw new UsageFailure('--pan is no card number of 13 to 19 digits with a right check digit')
  }
  if (!/^\d{4,12}$/.test(pin)) throw new UsageFailure('--pin takes 4 to 12 digits')
  if (expiry !== undefined && !/^\d\d(0[1-9]|1[0-2])$/.test(expiry)) {
    throw new UsageFailure('--expiry is no year and month like 3012')
  }
  if (!/^[A-Z0-9 ./-]{2,26}$/.test(name)) {
    throw new UsageFailure('--name takes 2 to 26 capital letters, digits, spaces and . / -')
  }
  const balanceMinor = parseAmount(balance, '156')
  if (balanceMinor === undefined) throw new UsageFailure('--balance is no amount like 100.00')
  return {
    pan,
    pin,
    expiry,
    cardholderName: name,
    scheme: flags.scheme,
    cvm: flags.cvm,
    authentication: flags.authentication,
    contactless: flags.contactless === 'none' ? undefined : flags.contactless,
    stripeOnly: flags.stripeOnly === true,
    balanceMinor,
    faults: flags.fault && Object.assign({}, ...flags.fault.map((fault) => FAULTS[fault])),
    year: new Date().getFullYear(),
  }
}

/** `cards/621094-0011.json` beside the host's folder: no full number in a file name. */
function defaultPath({ data, stripeOnly }: NewFlags, pan: string): string {
  const kind = stripeOnly === true ? '-stripe' : ''
  return join(dirname(data), 'cards', `${pan.slice(0, 6)}-${pan.slice(-4)}${kind}.json`)
}

function report(path: string, { image, pan, openedAccount }: IssuedCard, json: boolean): void {
  if (json) {
    const aid = image.chip?.applications[0]?.aid
    process.stdout.write(`${JSON.stringify({ file: path, pan: truncatePan(pan), aid, openedAccount })}\n`)
    return
  }
  const account = openedAccount
    ? 'account opened / 已开户'
    : 'its account was there: PIN and expiry stay as they are / 账户已存在'
  process.stdout.write(`${path}: ${image.name}, ${account}\n`)
}

function showCommand(): Command {
  return new Command('show')
    .description('Print what a card image holds, without number, tracks, PIN and keys.')
    .argument('<file>', 'card image')
    .addOption(
      new Option('--lang <language>', 'language of the report')
        .choices(['zh', 'en'])
        .default(languageOf(process.env)),
    )
    .option('--json', 'print JSON')
    .action((file: string, flags: ShowFlags) => {
      const loaded = loadCardImage(file)
      if (!loaded.ok) throw new UsageFailure(loaded.error.message)
      const summary = summariseCard(loaded.value, flags.lang)
      process.stdout.write(
        flags.json === true ? `${JSON.stringify(summary)}\n` : renderCardSummary(summary, flags.lang),
      )
    })
}
