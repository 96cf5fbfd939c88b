import type { SeededRandom } from '../../../sim/world/seeded-random.ts'
import { asciiToBytes } from '../../../src/base/bytes.ts'
import { UsageFailure } from '../../../src/cli/failure.ts'
import { parseSpecXml } from '../../../src/cli/message/spec-file.ts'
import { loadJposPackager } from '../../../src/iso8583/load-jpos-packager.ts'
import { checkSpec } from '../check-spec.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { textOfInput } from '../json-mutator.ts'

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE isopackager SYSTEM "genericpackager.dtd"><isopackager>'
const FIELDS = [
  '<isofield id="0" length="4" name="MTI" class="org.jpos.iso.IFA_NUMERIC"/>',
  '<isofield id="1" length="16" name="BITMAP" class="org.jpos.iso.IFA_BITMAP"/>',
  '<isofield id="2" length="19" name="PAN" class="org.jpos.iso.IFA_LLNUM"/>',
  '<isofield id="3" length="6" name="CODE" pad="true" class="org.jpos.iso.IFB_NUMERIC"/>',
  '<isofield id="28" length="9" name="FEE" class="org.jpos.iso.IFA_AMOUNT"/>',
  '<isofield id="35" length="37" name="TRACK" class="org.jpos.iso.IFB_LLNUM"/>',
  '<isofieldpackager id="48" length="999" name="MORE" class="org.jpos.iso.IFB_LLLHBINARY" packager="x"/>',
  '<isofield id="64" length="8" name="MAC" class="org.jpos.iso.IFA_BINARY"/>',
  '<isofield id="70" length="3" name="NET" class="org.jpos.iso.IFE_NUMERIC"/>',
  '<isofield id="100" length="11" name="INST" class="org.jpos.iso.IFB_LLHNUM"/>',
]
const PARTS = [
  'id=',
  'length=',
  'class=',
  'pad="',
  'toString="',
  'name=',
  'constructor=',
  '__proto__=',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '&#x0;',
  '&amp;',
  '<isofield',
  '/>',
  '</isopackager>',
  '-1',
  '1e3',
  '0x10',
  ' 7',
  'IFB_BITMAP',
  'IFA_LLLBINARY',
  'IFB_LLLCHAR',
]

/** Spec files of jPOS: refused in one sentence, or compiled to a codec that reads what it writes. */
export const target: FuzzTarget = {
  sizeMax: 1400,
  seeds: () =>
    [FIELDS, FIELDS.slice(0, 8), [FIELDS[0] ?? '', FIELDS[1] ?? '']].map((fields) =>
      asciiToBytes(`${HEAD}${fields.join('\n')}</isopackager>`),
    ),
  run(input) {
    let xml: unknown
    try {
      xml = parseSpecXml('spec.xml', textOfInput(input))
    } catch (error) {
      must(error instanceof UsageFailure, 'another error than one for the user')
      return
    }
    const loaded = loadJposPackager(xml, 'spec.xml')
    if (loaded.ok) checkSpec(loaded.value)
    else must(/^[^\n]+$/.test(`${loaded.error.place}: ${loaded.error.reason}`), 'refused without a reason')
  },
  mutate(input, random) {
    const text = textOfInput(input)
    const at = random.below(text.length + 1)
    const part = random.chance(400) ? random.pick(FIELDS) : random.pick(PARTS)
    return new TextEncoder().encode(
      text.slice(0, at) + part + text.slice(at + random.below(4)) + extra(random),
    )
  },
}

function extra(random: SeededRandom): string {
  return random.chance(100) ? '</isopackager>' : ''
}
