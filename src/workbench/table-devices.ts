import type { HandDeed, WorkbenchState } from './workbench-messages.ts'

/** What a hand does to card reader, PIN pad, printer or battery. */
export type DeviceDeed = Exclude<
  HandDeed,
  { readonly kind: 'key' | 'type' | 'sign' | 'line' | 'power' | 'show' | 'unpack' }
>

/** Hears what the devices do by themselves. */
export interface DeviceEars {
  sound(kind: WorkbenchState['beep']['kind']): void
  note(text: WorkbenchState['log'][number]['text']): void
  changed(): void
}

/** The devices of a terminal on the table, as hands touch them and eyes see them. */
export interface TableDevices {
  tellTo(ears: DeviceEars): void
  /** Throws or rejects with `HandRefusal` or `BoardRefusal` when it could not be done. */
  act(deed: DeviceDeed, viewer: string | undefined): void | Promise<void>
  /** This viewer did something else to the terminal. */
  operated(viewer: string | undefined): void
  left(viewer: string): void
  view(
    viewer: string | undefined,
  ): Pick<WorkbenchState, 'isOnBoard' | 'reader' | 'pinPad' | 'printer' | 'battery' | 'cards'>
  /** PNG of a slip; undefined when it is not here any more. */
  paper(id: number): Uint8Array | undefined
}
