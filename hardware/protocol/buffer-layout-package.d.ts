// The package has no types. What is used of it; its layouts call these methods of whatever they are given.
declare module 'buffer-layout' {
  interface LayoutBytes {
    readonly length: number
    readUIntBE(offset: number, size: number): number
    writeUIntBE(value: number, offset: number, size: number): void
    readUIntLE(offset: number, size: number): number
    writeUIntLE(value: number, offset: number, size: number): void
  }
  interface Layout<T> {
    readonly span: number
    decode(bytes: LayoutBytes, offset?: number): T
    encode(value: T, bytes: LayoutBytes, offset?: number): number
  }
  interface Field extends Layout<number> {
    readonly property: string
  }
  function u8(property: string): Field
  function u16be(property: string): Field
  function struct<T>(fields: readonly Field[]): Layout<T>
}
