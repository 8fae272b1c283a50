/** Does something after the next frame has been drawn; at once in a page that is not in sight, which has no frames. @returns gives it up */
export function afterFrame(act: () => void): () => void {
  if (document.visibilityState !== 'visible') {
    act();
    return () => undefined;
  }
  let wanted = true;
  // Tasks that a frame's callback asks for come when it has been drawn.
  const frame = requestAnimationFrame(() => {
    setTimeout(() => {
      if (wanted) act();
    });
  });
  return () => {
    wanted = false;
    cancelAnimationFrame(frame);
  };
}
