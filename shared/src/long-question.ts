/** Characters that a heading has room for on a phone, beside the choices. */
const LONG = 110

/** Whether a question is written smaller, so that its choices are in sight too. The server's page and the app's have to agree. */
export const isLongQuestion = (question: string): boolean => question.length > LONG
