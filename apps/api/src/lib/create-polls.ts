/** Who may make rooms: anyone, nobody, or who sends this key. */
export type CreatePolls = 'anyone' | 'nobody' | { readonly key: string }
