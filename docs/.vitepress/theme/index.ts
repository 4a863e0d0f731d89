import theme from 'vitepress/theme-without-fonts'
import DecisionList from './decision-list.vue'
import './theme.css'

export default {
  extends: theme,
  enhanceApp: ({ app }) => app.component('DecisionList', DecisionList),
}
