import * as z from 'zod'

/**
 * A list whose length is looked at before its members are: one that is too long is one error, and costs nothing.
 *
 * @param members what they are called, for the message
 */
export const boundedArray = <Member extends z.ZodType>(member: Member, max: number, members: string) =>
  z
    .any()
    .refine((list) => !Array.isArray(list) || list.length <= max, {
      error: `At most ${max} ${members}.`,
      abort: true,
    })
    .pipe(z.array(member, 'Not a list.'))
