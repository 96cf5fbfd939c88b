import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { WorkbenchDeed, WorkbenchMessage, WorkbenchState } from '../../workbench/workbench-messages.ts'
import type { Text } from '../state/language.ts'
import { isExpired } from '../state/session.ts'
import { say } from '../state/toasts.ts'

/** What can be seen of the terminal; undefined before the first word from it. */
export const workbench = signal<WorkbenchState | undefined>(undefined)
/** Why nothing can be seen; undefined when all is well. */
export const workbenchProblem = signal<Text | undefined>(undefined)

const AGAIN_MS = 2000
const SESSION_ENDED = 4401
let socket: WebSocket | undefined

/** Does something with one's hands. What can't be done is said in the corner. */
export function act(deed: WorkbenchDeed): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(deed))
}

/** Keeps the connection while the page is open; comes again by itself. */
export function useWorkbench(): void {
  useEffect(() => {
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const open = (): void => {
      const address = new URL('/api/workbench', location.href)
      address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
      const opened = new WebSocket(address)
      socket = opened
      opened.onmessage = ({ data }: MessageEvent<string>) => hear(JSON.parse(data) as WorkbenchMessage)
      opened.onclose = ({ code }) => {
        if (isOver) return
        if (code === SESSION_ENDED) isExpired.value = true
        workbenchProblem.value = code === 1011 ? NOTHING_THERE : LOST
        timer = setTimeout(open, AGAIN_MS)
      }
    }
    open()
    return () => {
      isOver = true
      clearTimeout(timer)
      socket?.close()
      socket = undefined
    }
  }, [])
}

function hear(message: WorkbenchMessage): void {
  if (message.kind === 'refused') say(message.text, 'bad')
  else {
    workbench.value = message.state
    workbenchProblem.value = undefined
  }
}

const NOTHING_THERE: Text = {
  zh: '这台主机旁没有终端：请用 npm start（tillwire up）启动。',
  en: 'There is no terminal beside this host: start it with npm start (tillwire up).',
}
const LOST: Text = {
  zh: '与终端失去联系：正在重新连接……',
  en: 'The terminal is not heard: connecting again …',
}
