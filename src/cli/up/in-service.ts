import type { ConsoleServices, ServiceReport } from '../terminal-console-services.ts'

const TEXT = {
  zh: '这台终端已在服务中。要激活和验收：在网页“终端（可操作）”上拆开一台新终端，或用 tillwire commission（全部仿真）、tillwire terminal --console …（主板）',
  en: 'this terminal is in service already. To activate and commission one: unpack a new terminal on the page “Terminal to touch”, or run tillwire commission (all emulated) or tillwire terminal --console … (a board)',
}
const REFUSED: ServiceReport = { isDone: false, lines: [TEXT], facts: { reason: TEXT } }

/** For the terminal of `npm start`, which nobody has to bring into service. */
export const IN_SERVICE: ConsoleServices = {
  activate: async () => REFUSED,
  commission: async () => REFUSED,
  cancel: () => {},
}
