import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export const chartTypes = ['bars', 'columns', 'doughnut'] as const
export type ChartType = (typeof chartTypes)[number]

/** How results are drawn: as the address says (`?chart=columns`), so that a reload or a link keeps it. */
export function useChartType() {
  const route = useRoute()
  const router = useRouter()
  return {
    type: computed<ChartType>(() => chartTypes.find((name) => name === route.query.chart) ?? 'bars'),
    chooseType: (chart: ChartType) => void router.replace({ query: { ...route.query, chart } }),
  }
}
