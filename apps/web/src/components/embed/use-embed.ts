import { onScopeDispose } from 'vue'
import { useRoute } from 'vue-router'
import { takeVoterToken } from '../../api/voter-token.ts'
import { useServedPage } from '../../context.ts'

/** How a frame looks, as its address says, and whether one can vote in it. */
export interface Embed {
  /** Nothing but the results, for a video mixer: the page behind them is not painted. */
  isTransparent: boolean
  /** How many choices the results have at most; undefined for all. */
  max: number | undefined
  /** Whether a vote would be known again after a reload. */
  canVote: boolean
}

const COLOUR = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i

/**
 * `?transparent`, `?accent=RRGGBB` and `?max=N`. What can't be read is as if it were not there: a stream that is on air
 * shows no error. The looks are those of the whole document as long as the scope lives.
 */
export function useEmbed(): Embed {
  const { query } = useRoute()
  const isTransparent = query.transparent !== undefined
  const [, accent] = COLOUR.exec(String(query.accent ?? '')) ?? []
  const max = Number(query.max)
  const { classList, style } = document.documentElement

  classList.add('embed')
  classList.toggle('transparent', isTransparent)
  if (accent) style.setProperty('--accent', `#${accent}`)
  onScopeDispose(() => {
    classList.remove('embed', 'transparent')
    style.removeProperty('--accent')
  })
  return {
    isTransparent,
    max: Number.isInteger(max) && max > 0 ? max : undefined,
    canVote: takeVoterToken(useServedPage().voterToken),
  }
}
