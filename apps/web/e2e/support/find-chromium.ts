import type { TestProject } from 'vitest/node'
import { findChromium } from './chromium.ts'

declare module 'vitest' {
  interface ProvidedContext {
    chromium: string
  }
}

/** Once for all test files, before the first: installing takes longer than a test may. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('chromium', await findChromium())
}
