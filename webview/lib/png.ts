/** Pixels of a PNG per pixel of the drawing. */
const SCALE = 2;

/**
 * Draws an SVG on a canvas at twice its size.
 * @returns the bytes of a PNG file; null when the browser cannot draw it.
 */
export async function svgToPng(svg: string, width: number, height: number): Promise<Uint8Array | null> {
  const blob = await svgToPngBlob(svg, width, height);
  return blob === null ? null : new Uint8Array(await blob.arrayBuffer());
}

/** The same as what browsers take: of type `image/png`. */
export async function svgToPngBlob(svg: string, width: number, height: number): Promise<Blob | null> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise<Blob | null>((resolve) => {
      canvas.toBlob(resolve, 'image/png');
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
