/** The parts of npm `jspos`, which ships no types, that the benchmark uses. */
declare module 'jspos' {
  interface FieldPackager {
    readonly description?: string
  }
  type FieldPackagerType = new (length: number, description: string, pad?: boolean) => FieldPackager

  export interface Composite {
    setMTI(mti: string): void
    setField(bit: number, value: string): void
    setField(bit: number, value: readonly number[]): void
    setPackager(packager: ISOBasePackager): void
    getValue(bit: number): unknown
    pack(): number[]
    unpack(bytes: readonly number[]): number
  }

  export class ISOBasePackager {
    setFieldPackager(fields: readonly (FieldPackager | undefined)[]): void
    createISOMsg(): Composite
  }

  export const packer: Readonly<Record<string, FieldPackagerType>>
}
