import { runCommandLine } from './run-command-line.ts'

// A reader that closes early (`tillwire decode … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  process.stderr.write(`tillwire: cannot write the output (${error.code}): check the space on disk\n`)
  process.exit(2)
})

process.exitCode = await runCommandLine(process.argv.slice(2))
