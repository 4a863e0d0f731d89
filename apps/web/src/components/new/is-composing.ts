/**
 * Whether a key belongs to an input method, which is still composing a character: Enter then only ends that. Safari ends the
 * composition before the key, and marks it by the key code 229 (UI Events, "keydown" during composition).
 */
export const isComposing = ({ isComposing, keyCode }: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean =>
  isComposing || keyCode === 229
