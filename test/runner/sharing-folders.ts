/**
 * Folders under test/ whose files share processes: most of the time of a small file is the start of a process and the loading
 * of what the file before it had loaded. What mocks modules, or changes globals or the environment, stands elsewhere.
 */
export const SHARING: readonly string[] = [
  'base',
  'crypto',
  'downloads',
  'emv',
  'hardware/chip-card',
  'hardware/protocol',
  'host/console',
  'host/core',
  'host/estate',
  'host/gateway',
  'host/knowledge',
  'host/monitoring',
  'host/retention',
  'host/security-module',
  'host/service',
  'host/wallet',
  'iso8583',
  'model',
  'payments',
  'recording',
  'sim',
  'terminal/drivers',
  'terminal/flows',
  'terminal/kernel',
  'terminal/receipt',
  'terminal/runtime',
]
