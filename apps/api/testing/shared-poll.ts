import type { SharedPoll } from '@pollcast/shared/poll'
import { pollExample } from '../src/http/openapi/examples.ts'

/** The poll of the API's document as everybody sees it, with these fields in place of its own. */
export function sharedPoll(fields: Partial<SharedPoll> = {}): SharedPoll {
  const { ownChoiceIds, ownReceipt, ...shared } = pollExample
  return { ...shared, ...fields }
}
