import { decodeHTML } from 'entities'

/** A tag begins with a letter: "3 < 4 > 2" has none. */
const TAG = /<[/!]?[a-z][^<>]*>/gi
const PICTURE = /<img\b/i

export const hasHtmlPicture = (html: string): boolean => PICTURE.test(html)

/** What a piece of HTML says, on one line. Made to be shown as text: it is not safe to be put into a page as HTML. */
export const textOfHtml = (html: string): string => decodeHTML(html.replace(TAG, ' '))
