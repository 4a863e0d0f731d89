/** As messages list them (CLDR): a language leaves out those it does not have. */
const CATEGORIES = ['zero', 'one', 'two', 'few', 'many', 'other'] as const

/**
 * Which plural form of a message to take: forms are separated by `|`, in the order of CATEGORIES. Where a message has fewer
 * forms than the language, the last one stands for the rest.
 */
export function pluralForm(locale: string): (count: number, forms: number) => number {
  const rules = new Intl.PluralRules(locale)
  const { pluralCategories } = rules.resolvedOptions()
  const own = CATEGORIES.filter((category) => pluralCategories.includes(category))
  return (count, forms) => Math.min(own.indexOf(rules.select(count)), forms - 1)
}
