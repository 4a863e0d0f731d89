import { randomInt } from 'node:crypto'
import { RECEIPT_LENGTH } from './receipt.ts'

/** A receipt as bytes, and which of the answers. */
const BYTES = RECEIPT_LENGTH

/**
 * The ballots of an export, 16 bytes each and each answer once, whatever their number. They are drawn as from a ballot box,
 * each time one of those that are left: so their order tells nothing, not even when another export is laid beside it, and
 * no step takes long. Sorting them by receipt would hide as much, but all of them at once.
 */
export class ShuffledBallots {
  #receipts = Buffer.alloc(0)
  #answerNumbers = new Uint32Array(0)
  #count = 0
  readonly #answers: string[] = []
  readonly #numbers = new Map<string, number>()

  add(receipt: string, answer: string): void {
    if (this.#count === this.#answerNumbers.length) this.#grow()
    let number = this.#numbers.get(answer)
    if (number === undefined) {
      number = this.#answers.push(answer) - 1
      this.#numbers.set(answer, number)
    }
    this.#receipts.write(receipt, this.#count * BYTES, 'latin1')
    this.#answerNumbers[this.#count] = number
    this.#count += 1
  }

  /** Draws them all: none is left. */
  *draw(): Generator<{ receipt: string; answer: string }> {
    while (this.#count > 0) {
      const drawn = randomInt(this.#count)
      const receipt = this.#receipts.toString('latin1', drawn * BYTES, (drawn + 1) * BYTES)
      const answer = this.#answers[this.#answerNumbers[drawn] ?? 0] ?? ''
      this.#count -= 1
      this.#receipts.copyWithin(drawn * BYTES, this.#count * BYTES, (this.#count + 1) * BYTES)
      this.#answerNumbers[drawn] = this.#answerNumbers[this.#count] ?? 0
      yield { receipt, answer }
    }
  }

  #grow(): void {
    const room = Math.max(1024, this.#count * 2)
    const receipts = Buffer.alloc(room * BYTES)
    const numbers = new Uint32Array(room)
    receipts.set(this.#receipts)
    numbers.set(this.#answerNumbers)
    this.#receipts = receipts
    this.#answerNumbers = numbers
  }
}
