import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares in a time that tells nothing, whatever was given. */
export const isSameSecret = (given: string, secret: string): boolean => timingSafeEqual(sha256(given), sha256(secret))

/** Of one length. */
const sha256 = (text: string) => createHash('sha256').update(text).digest()
