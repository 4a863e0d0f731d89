import { choice } from './choice.ts'
import type { Kind, KindName } from './kind.ts'

const kinds: Record<KindName, Kind> = { choice }

export const kindOf = (poll: { readonly kind: KindName }): Kind => kinds[poll.kind]
