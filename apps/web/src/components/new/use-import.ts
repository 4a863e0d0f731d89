import { shallowReadonly, shallowRef } from 'vue'
import { t } from '../../i18n/index.ts'
import type { Imported } from '../../import/imported.ts'

/** Reads questions of other tools. Their readers are loaded when they are needed. */
export function useImport() {
  const imported = shallowRef<Imported>()
  const hasFailed = shallowRef(false)
  let last = 0

  /** What is read later is not what is shown, whichever is there first. */
  async function read(input: string | File): Promise<void> {
    const number = ++last
    hasFailed.value = false
    if (typeof input === 'string' && input.trim() === '') {
      imported.value = undefined
      return
    }
    try {
      const { readQuestions } = await import('../../import/index.ts')
      const found = await readQuestions(input, [t('new.import-true'), t('new.import-false')])
      if (number === last) imported.value = found
    } catch (error) {
      console.error(error)
      if (number === last) hasFailed.value = true
    }
  }

  return { imported: shallowReadonly(imported), hasFailed: shallowReadonly(hasFailed), read }
}
