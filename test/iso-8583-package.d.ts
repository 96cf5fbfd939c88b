/** The parts of npm `iso_8583`, which ships no types, that tests and benchmarks use. */
declare module 'iso_8583' {
  export default class Iso8583 {
    constructor(message?: Readonly<Record<string, string>>, customFormats?: object)
    getBufferMessage(): Buffer | { readonly error: string }
    getIsoJSON(buffer: Buffer, configuration?: object): Record<string, string>
  }
}
