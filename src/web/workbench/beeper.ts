import { effect, signal } from '@preact/signals'
import { workbench } from './use-workbench.ts'

const KEY = 'tillwire-sound'
/** A reader who wants to hear it says so: browsers allow no sound before a touch. */
export const isSoundOn = signal(localStorage.getItem(KEY) === 'on')

let context: AudioContext | undefined
let lastCount: number | undefined

export function toggleSound(): void {
  isSoundOn.value = !isSoundOn.value
  localStorage.setItem(KEY, isSoundOn.value ? 'on' : 'off')
  if (isSoundOn.value) {
    context ??= new AudioContext()
    tone(1760, 0, 0.06)
  }
}

effect(() => {
  const beep = workbench.value?.beep
  if (beep === undefined) return
  const isNew = lastCount !== undefined && beep.count > lastCount
  lastCount = beep.count
  if (!isNew || !isSoundOn.peek()) return
  context ??= new AudioContext()
  if (beep.kind === 'bad') tone(330, 0, 0.35)
  else if (beep.kind === 'good') {
    tone(1568, 0, 0.08)
    tone(2093, 0.12, 0.1)
  } else tone(1760, 0, 0.06)
})

function tone(frequency: number, afterS: number, durationS: number): void {
  if (context === undefined) return
  const start = context.currentTime + afterS
  const oscillator = context.createOscillator()
  const volume = context.createGain()
  oscillator.type = 'square'
  oscillator.frequency.value = frequency
  volume.gain.setValueAtTime(0.04, start)
  volume.gain.setTargetAtTime(0, start + durationS, 0.015)
  oscillator.connect(volume).connect(context.destination)
  oscillator.start(start)
  oscillator.stop(start + durationS + 0.1)
}
