import { defineConfig } from 'vitest/config'
import { CHECKOUT, withCompiledPrograms } from './test/compiled/program-addresses.ts'

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
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/compiled/compile-programs.ts',
    // The end-to-end tests mostly wait for programs and lines: more of them at a time than there are cores.
    maxWorkers: '150%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
