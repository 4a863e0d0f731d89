/** Device pixels for each of the SVG's own: sharp on slides. */
const SCALE = 2

/** Draws an SVG, which has a width and a height, as a PNG. */
export async function svgToPng(svg: Blob): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.naturalWidth * SCALE
    canvas.height = image.naturalHeight * SCALE
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise((resolve, reject) => {
      canvas.toBlob((png) => (png ? resolve(png) : reject(new Error('The browser gave no picture.'))), 'image/png')
    })
  } finally {
    URL.revokeObjectURL(address)
  }
}
