import { type Browser, chromium } from 'playwright-core'

/** Debian's Chromium, or the one that the environment names. A machine without one fails the test, and says why. */
export function openBrowser(): Promise<Browser> {
  const executablePath = process.env['TILLWIRE_CHROMIUM'] ?? '/usr/bin/chromium'
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}
