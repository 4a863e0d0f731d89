/** A room's code as it is read aloud: "472 915". */
export const spacedCode = (code: string): string => code.replace(/(\d{3})(?=\d{3})/g, '$1 ')
