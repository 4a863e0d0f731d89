/** A QR code as an SVG path: each dark module is a square of 1 by 1, in a square of `size`. */
export interface QrPath {
  path: string
  size: number
}

/** Makes QR codes; with a quiet zone of four modules, as ISO/IEC 18004 wants it. Loaded when the first one is wanted. */
export async function loadQrCodes(): Promise<(text: string) => QrPath> {
  const { encode } = await import('uqr')
  return (text) => {
    const { data, size } = encode(text, { ecc: 'M', border: 4 })
    return { path: data.flatMap(rowPath).join(''), size }
  }
}

/** One piece for each run of dark modules: there are far fewer of them. */
function rowPath(row: readonly boolean[], y: number): string[] {
  const pieces: string[] = []
  for (let x = 0; x < row.length; x++) {
    const start = x
    while (row[x]) x++
    if (x > start) pieces.push(`M${start} ${y}h${x - start}v1h${start - x}z`)
  }
  return pieces
}
