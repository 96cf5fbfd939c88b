/** Text from outside as it may stand in a message of one line: control characters, and what a screen could obey, become `?`. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '?')
}
