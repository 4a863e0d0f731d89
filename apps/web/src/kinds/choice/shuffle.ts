/** The choices in an order that looks random, and is always the same for a seed, whatever order they came in. */
export function shuffle<Item extends { id: number }>(choices: readonly Item[], seed: string): Item[] {
  const places = new Map(choices.map(({ id }) => [id, hash(`${seed} ${id}`)]))
  return [...choices].sort((one, other) => (places.get(one.id) ?? 0) - (places.get(other.id) ?? 0) || one.id - other.id)
}

/** 32 bits, well mixed (FNV-1a, then the finalizer of MurmurHash3). */
function hash(text: string): number {
  let bits = 0x811c9dc5
  for (const character of text) bits = Math.imul(bits ^ (character.codePointAt(0) ?? 0), 0x01000193)
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
