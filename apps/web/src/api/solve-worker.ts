import type { Challenge } from '@pollcast/shared/proof-of-work'
import { solve } from './solve.ts'

self.onmessage = async ({ data }: MessageEvent<Challenge>) => self.postMessage(await solve(data))
