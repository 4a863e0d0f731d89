import * as z from 'zod'

const hex = (bytes: number) => z.string().regex(new RegExp(`^[\\da-f]{${2 * bytes}}$`))

/**
 * A task that takes work and is quickly checked (ALTCHA, version 2, SHA-256): to find the counter, from 0 on, for which
 * SHA-256(salt, nonce, counter) begins with the prefix. Salt, nonce and prefix are in hex, the counter has 32 bits, big-endian.
 */
export const challengeSchema = z.strictObject({
  parameters: z.strictObject({
    algorithm: z.literal('SHA-256'),
    nonce: hex(16),
    salt: hex(16),
    cost: z.literal(1),
    keyLength: z.literal(32),
    keyPrefix: hex(16),
    /** Seconds since 1970. */
    expiresAt: z.int().positive(),
  }),
  signature: hex(32),
})

/** What proves the work: as JSON in base64 in the header `Pollcast-Proof`. */
export const proofSchema = z.strictObject({
  challenge: challengeSchema,
  solution: z.object({ counter: z.int().min(0).max(0xffffffff), derivedKey: hex(32) }),
})

export type Challenge = z.infer<typeof challengeSchema>
export type Proof = z.infer<typeof proofSchema>
