/**
 * Calls `act` at most once in each frame of the browser: at once, or if it was called in this frame already, when the
 * next begins. So the first of many changes is drawn in the coming frame, and the last one is never lost.
 */
export function oncePerFrame(act: () => void): () => void {
  let hasActed = false
  let isWanted = false

  function run(): void {
    hasActed = true
    isWanted = false
    requestAnimationFrame(onFrame)
    act()
  }

  function onFrame(): void {
    hasActed = false
    if (isWanted) run()
  }

  return () => {
    if (hasActed) isWanted = true
    else run()
  }
}
