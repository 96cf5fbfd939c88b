/** Those of one client, in the order in which they came. */
interface Line<Item> {
  readonly items: Item[]
  /** Place of the next. */
  next: number
}

/**
 * What waits, by who sent it. As long as there is little of it, it is taken in the order in which it came. Else each in
 * turn gives as many as the others, so that who sends one waits for no one's thousands.
 */
export class FairQueue<Sender, Item> {
  readonly #senderOf: (item: Item) => Sender
  #arrived: Item[] = []
  /** Senders whose turn comes, first to last. */
  readonly #lines = new Map<Sender, Line<Item>>()
  #size = 0

  constructor(senderOf: (item: Item) => Sender) {
    this.#senderOf = senderOf
  }

  get size(): number {
    return this.#size
  }

  push(item: Item): void {
    this.#size++
    this.#arrived.push(item)
  }

  /** At most `max` items, those of one sender in their order. */
  take(max: number): readonly Item[] {
    const arrived = this.#arrived
    this.#arrived = []
    if (this.#lines.size === 0 && arrived.length <= max) {
      this.#size -= arrived.length
      return arrived
    }
    for (const item of arrived) this.#line(this.#senderOf(item)).items.push(item)
    const taken = this.#takeInTurn(max)
    this.#size -= taken.length
    return taken
  }

  #line(sender: Sender): Line<Item> {
    let line = this.#lines.get(sender)
    if (line === undefined) {
      line = { items: [], next: 0 }
      this.#lines.set(sender, line)
    }
    return line
  }

  #takeInTurn(max: number): readonly Item[] {
    const taken: Item[] = []
    while (taken.length < max && this.#lines.size > 0) {
      const share = Math.max(1, Math.floor((max - taken.length) / this.#lines.size))
      // Who has given goes to the end, where this loop would meet them again.
      let left = this.#lines.size
      for (const [sender, line] of this.#lines) {
        if (left-- === 0 || taken.length >= max) break
        const until = Math.min(line.items.length, line.next + Math.min(share, max - taken.length))
        while (line.next < until) taken.push(line.items[line.next++] as Item)
        this.#lines.delete(sender)
        if (line.next < line.items.length) this.#lines.set(sender, tidied(line))
      }
    }
    return taken
  }
}

const TIDY_FROM = 256

/** Without what was taken, once that is most of it. */
function tidied<Item>(line: Line<Item>): Line<Item> {
  if (line.next < TIDY_FROM || line.next * 2 < line.items.length) return line
  return { items: line.items.slice(line.next), next: 0 }
}
