import { type Browser, chromium } from 'playwright-core'

/** Debian's Chromium, or the one that the environment names. A machine without one fails the test, and says why. */
export function openBrowser(): Promise<Browser> {
  const executablePath = process.env['TILLWIRE_CHROMIUM'] ?? '/usr/bin/chromium'
  // An interrupted run ends this process by this signal: the browser goes with it, and must not hold it.
  const args = ['--no-sandbox', '--disable-dev-shm-usage']
  return chromium.launch({ executablePath, args, handleSIGTERM: false })
}
