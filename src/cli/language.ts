export type CliLanguage = 'zh' | 'en'

/** Chinese where the environment asks for it, English otherwise. `LC_ALL` wins over `LANG`, as in POSIX. */
export function languageOf(environment: NodeJS.ProcessEnv): CliLanguage {
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || ''
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
