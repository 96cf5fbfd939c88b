import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The end-to-end tests mostly wait for programs and lines: more of them at a time than there are cores.
    maxWorkers: '150%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
