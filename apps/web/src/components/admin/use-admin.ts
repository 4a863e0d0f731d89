import { type InjectionKey, inject, provide, shallowReadonly, shallowRef } from 'vue'
import { ApiProblem } from '../../api/api-problem.ts'

export type Admin = ReturnType<typeof createAdmin>

const adminInjection: InjectionKey<Admin> = Symbol('admin')

/** The key of who runs the server, for the page and all its parts (`useAdmin`). It is kept nowhere. */
export function provideAdmin(): Admin {
  const admin = createAdmin()
  provide(adminInjection, admin)
  return admin
}

export function useAdmin(): Admin {
  const admin = inject(adminInjection)
  if (!admin) throw new Error('AdminPage.vue provides no admin')
  return admin
}

function createAdmin() {
  const key = shallowRef<string>()
  /** Why the last request was refused. */
  const refusal = shallowRef<ApiProblem>()

  /** Reads what is shown. What the last action was refused for is still said. */
  async function read<T>(run: (key: string) => Promise<T>): Promise<T | undefined> {
    try {
      return await run(key.value ?? '')
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      refusal.value = error
      if (error.code === 'invalid-admin-key') key.value = undefined
      return undefined
    }
  }

  /** Undefined where the server refused: then `refusal` says why. A key that opens nothing is forgotten. */
  function act<T>(run: (key: string) => Promise<T>): Promise<T | undefined> {
    refusal.value = undefined
    return read(run)
  }

  return { key, refusal: shallowReadonly(refusal), act, read }
}
