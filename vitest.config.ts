import { defineConfig } from 'vitest/config'
import { CHECKOUT, withCompiledPrograms } from './test/compiled/program-addresses.ts'
import { SHARING } from './test/runner/sharing-folders.ts'
import { TestOrder } from './test/runner/test-order.ts'

const TESTS = ['test/**/*.test.ts']
const SHARING_TESTS = SHARING.map((folder) => `test/${folder}/**/*.test.ts`)

export default defineConfig({
  plugins: [
    {
      // A thread that the product starts inside a test loads no TypeScript of its own either.
      name: 'compiled-programs',
      enforce: 'pre',
      transform: {
        filter: { id: /\.ts$/ },
        handler(source, path) {
          const folder = process.env['TILLWIRE_COMPILED'] ?? ''
          return folder === '' || path.startsWith(`${CHECKOUT}test/`)
            ? source
            : withCompiledPrograms(source, path, folder)
        },
      },
    },
  ],
  test: {
    globalSetup: ['test/compiled/compile-programs.ts', 'test/runner/own-temporary-folder.ts'],
    // The end-to-end tests mostly wait for programs and lines: more of them at a time than there are cores.
    maxWorkers: '150%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    sequence: { sequencer: TestOrder },
    projects: [
      { extends: true, test: { name: 'alone', include: TESTS, exclude: SHARING_TESTS } },
      { extends: true, test: { name: 'sharing', include: SHARING_TESTS, isolate: false } },
    ],
  },
})
