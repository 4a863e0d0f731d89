import { createHash } from 'node:crypto'

const FOLDER = '/assets/'

/**
 * What is served of a theme, from memory. Names are made of the content: browsers may keep a file for ever, and nothing else of
 * the folder has an address.
 */
export class ServedFiles {
  readonly byAddress = new Map<string, Buffer>()

  /** @returns the file's address */
  add(bytes: Buffer, ending: string): string {
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
    const address = `${FOLDER}theme-${hash}.${ending}`
    this.byAddress.set(address, bytes)
    return address
  }
}

/** How a file names another one beside it. */
export const besideName = (address: string): string => address.slice(FOLDER.length)
