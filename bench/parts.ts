import type { BenchPart } from './bench-part.ts'

interface PartEntry {
  readonly summary: string
  readonly load: () => Promise<BenchPart>
}

/** The parts in the order in which they run. A new part is a file in `bench/parts` and a line here. */
export const PARTS: Readonly<Record<string, PartEntry>> = {
  codec: {
    summary: 'decode, index and encode a chip sale, against npm peers',
    load: async () => (await import('./parts/codec.ts')).codec,
  },
  crypto: {
    summary: 'MACs, PIN blocks, cryptograms and DUKPT, against bare OpenSSL',
    load: async () => (await import('./parts/crypto.ts')).crypto,
  },
  authorise: {
    summary: 'durable sales over sockets, against a bare echo and a host that writes nothing',
    load: async () => (await import('./parts/authorise.ts')).authorise,
  },
  settle: {
    summary: 'clear a day of a million transactions, against raw inserts',
    load: async () => (await import('./parts/settle.ts')).settle,
  },
  growth: {
    summary: 'authorisation and start-up with ten million stored records',
    load: async () => (await import('./parts/growth.ts')).growth,
  },
  hostile: {
    summary: 'sales beside clients that flood, never read, never finish, or only connect',
    load: async () => (await import('./parts/hostile.ts')).hostile,
  },
  connections: {
    summary: 'ten thousand live terminals: memory each, and a sign-in storm',
    load: async () => (await import('./parts/connections.ts')).connections,
  },
  terminal: {
    summary: 'sales of a terminal, simulated and over pseudo-terminals',
    load: async () => (await import('./parts/terminal.ts')).terminal,
  },
}
