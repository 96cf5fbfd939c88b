import { DEFAULT_SETUP, parseProfile } from '../../../src/terminal/adapters/profile-file.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { changeJson, jsonBytes, textOfInput } from '../json-mutator.ts'

/** Profile files: refused in one line that names the member, or a profile whose numbers are in their ranges. */
export const target: FuzzTarget = {
  sizeMax: 3000,
  seeds: () => [
    jsonBytes({}),
    jsonBytes(DEFAULT_SETUP.profile),
    jsonBytes({
      ...DEFAULT_SETUP.profile,
      link: DEFAULT_SETUP.link,
      journal: { keepBatches: 2 },
      caKeys: [{ rid: 'A000000333', index: 1, modulus: 'AB'.repeat(64), exponent: '03', expiry: '301231' }],
    }),
  ],
  run(input) {
    const parsed = parseProfile(textOfInput(input), 'profile.json')
    if (!parsed.ok) {
      must(parsed.error.message.startsWith('profile.json'), 'refused without the name of the file')
      must(!parsed.error.message.includes('\n'), 'refused in more than one line')
      return
    }
    const { profile, link, caKeys } = parsed.value
    must(
      profile.pinLengthMin >= 4 && profile.pinLengthMin <= profile.pinLengthMax,
      'PIN lengths out of order',
    )
    must(
      /^[0-9A-Za-z]{8}$/.test(profile.terminalId) && /^\d{12}$/.test(profile.header),
      'a member of another form',
    )
    must(link.frameSizeMax >= 64 && link.frameSizeMax <= 65_535, 'a frame size out of range')
    for (const { modulus, exponent } of caKeys)
      must(modulus.length <= 248 && exponent.length >= 1 && exponent.length <= 3, 'a key of another size')
  },
  mutate: changeJson,
}
