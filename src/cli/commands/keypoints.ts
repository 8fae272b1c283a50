import { headToJson } from '../../core/export/analysis-json.js';
import { toList } from '../../core/image/sift/keypoints.js';
import { identityText } from '../../host/engine/identity.js';
import { openImage } from '../../host/images/image-file.js';
import { keypointsOfImage } from '../../host/images/keypoints-of-image.js';
import type { CommandContext } from '../context.js';
import type { CommonOptions } from '../options.js';
import { print, writeJson } from '../output.js';
import { createProgress } from '../progress.js';
import { tellWarnings } from '../report.js';
import { keypointsText } from '../text/keypoints-text.js';

/** `keypoints IMAGE`: the SIFT keypoints of a picture at its own size. */
export async function keypointsCommand(
  { signal, version }: Pick<CommandContext, 'signal' | 'version'>,
  file: string,
  options: Pick<CommonOptions, 'json' | 'quiet'>,
): Promise<void> {
  const image = await openImage(file);
  const { width, height, format, identity, bytesRead } = image;
  const progress = createProgress(process.stderr, options.quiet);
  const found = await keypointsOfImage(
    image,
    (share) => progress.update(Math.floor(100 * share), 100, 'per cent searched:'),
    signal,
  ).finally(() => progress.clear());
  const keypoints = toList(found.keypoints);
  if (options.json === null) {
    tellWarnings(found.warnings, options.quiet);
    await print(keypointsText(file, width, height, keypoints));
    return;
  }
  const source = { path: file, format, sizeBytes: identity.sizeBytes, bytesRead, identity: identityText(identity) };
  const { warnings, detectMs } = found;
  const head = headToJson({ version, command: 'keypoints', source, warnings, totalMs: performance.now() });
  await writeJson(options.json, {
    ...head,
    timing: { ...head.timing, detectMs },
    image: { size: [height, width] },
    keypoints,
  });
}
