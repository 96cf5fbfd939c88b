import type { Question, QuestionAnswer } from '../flows/screen.ts'

const YES: readonly string[] = ['', 'y', 'yes', '是', '确认', '好']
const NO: readonly string[] = ['n', 'no', '否', '取消', '-']

/**
 * What a typed line means as an answer to `question`, or undefined when it is none. A lone `-` cancels every
 * question; an option is named by its number, from 1, or by its id.
 */
export function answerOf(question: Question, line: string): QuestionAnswer | undefined {
  const text = line.trim()
  if (text === '-') return { kind: 'cancelled' }
  switch (question.kind) {
    case 'confirm':
      return confirmation(text.toLowerCase())
    case 'choose':
      return choice(question.options, text)
    // Lines can't sign: the customer signs on the slip.
    case 'sign':
      return NO.includes(text.toLowerCase()) ? { kind: 'cancelled' } : undefined
    case 'enter':
      return entry(question, question.input === 'secret' ? line : text)
  }
}

type Enter = Extract<Question, { readonly kind: 'enter' }>
type Choose = Extract<Question, { readonly kind: 'choose' }>

function confirmation(word: string): QuestionAnswer | undefined {
  if (YES.includes(word)) return { kind: 'confirmed' }
  return NO.includes(word) ? { kind: 'cancelled' } : undefined
}

function choice(options: Choose['options'], text: string): QuestionAnswer | undefined {
  const byNumber = /^\d{1,4}$/.test(text) ? options[Number(text) - 1] : undefined
  const option = options.find(({ id }) => id === text) ?? byNumber
  return option === undefined ? undefined : { kind: 'chosen', id: option.id }
}

function entry({ input, lengthMin, lengthMax }: Enter, line: string): QuestionAnswer | undefined {
  const text = enteredText(input, line)
  if (text === undefined || text.length < lengthMin || text.length > lengthMax) return undefined
  return { kind: 'entered', text }
}

function enteredText(input: Enter['input'], text: string): string | undefined {
  switch (input) {
    case 'digits':
      return /^\d*$/.test(text) ? text : undefined
    case 'pan': {
      const digits = text.replace(/[ -]/g, '')
      return /^\d*$/.test(digits) ? digits : undefined
    }
    case 'amount':
      return /^\d*(\.\d*)?$/.test(text) ? text : undefined
    case 'text':
    case 'secret':
      return text
  }
}
