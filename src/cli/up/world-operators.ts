/** First operators of the embedded defaults. They are for tests: everybody knows them. */
export const WORLD_OPERATORS = {
  supervisor: { number: '00', password: '123456' },
  cashier: { number: '01', password: '0000' },
} as const
