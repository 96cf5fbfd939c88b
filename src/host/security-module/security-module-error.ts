/** The security module can't do what was asked. The message says what to do and holds no key, PIN or card data. */
export class SecurityModuleError extends Error {
  override readonly name = 'SecurityModuleError'
}
