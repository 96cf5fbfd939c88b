import type { Page } from 'playwright-core'
import type { ServedConsole } from '../../src/cli/console/serve-console.ts'

export const OWN_PASSWORD = 'a password of her own'

/** As the administrator does it the first time: with the password that was printed, which must be changed. */
export async function firstSignIn(page: Page, { console, firstPassword = '' }: ServedConsole): Promise<void> {
  await page.goto(console.url)
  await page.getByLabel('Name').fill('admin')
  await page.getByLabel('Password').fill(firstPassword)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Present password').fill(firstPassword)
  await page.getByLabel('New password').fill(OWN_PASSWORD)
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.waitForSelector('.shell')
}
