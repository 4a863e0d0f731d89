import type { ApiProblem } from '../api/api-problem.ts'
import { isMessage, t } from './index.ts'

/** What was wrong and what to do, in the page's language; in the server's words where these say more. */
export function problemText({ code, detail, status }: Pick<ApiProblem, 'code' | 'detail' | 'status'>): string {
  const key = `problem.${code}`
  return isMessage(key) ? t(key, { status }) : detail
}
