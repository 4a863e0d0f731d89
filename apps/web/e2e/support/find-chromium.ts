import { findChromium } from '@pollcast/api/testing/chromium'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    chromium: string
  }
}

/** Runs once before all test files, as an installation may take longer than a test's timeout. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('chromium', await findChromium())
}
