import type { GrayPicture } from '../gray.js';
import { BORDER, visitCandidates } from './candidates.js';
import { type Keypoint, type Keypoints, toKeypoints } from './keypoints.js';
import { doubledOctave, halvedOctave, type Octave } from './octaves.js';
import { orderedOnce, strongest } from './order.js';
import { orientationsAt } from './orientation.js';
import { checkParameters, SIFT_DEFAULTS, type SiftParameters } from './parameters.js';
import { type Extremum, refine } from './refine.js';
import { roundHalfEven } from './round.js';
import { closeWorkspace, openWorkspace, type Workspace } from './workspace.js';

/**
 * SIFT keypoints of a picture, those of OpenCV's detector and in its order (D. Lowe, Distinctive Image Features from Scale-Invariant Keypoints, 2004).
 * @param onProgress told the share that is done every few milliseconds; an error that it throws ends the detection.
 * @throws RangeError for parameters without a meaning, and for a picture that needs more memory than there is.
 */
export function detectKeypoints(
  gray: GrayPicture,
  parameters: SiftParameters = SIFT_DEFAULTS,
  onProgress: (share: number) => void = () => undefined,
): Keypoints {
  const steps = detectionSteps(gray, parameters);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    onProgress(step.value);
  }
}

/** The same in steps of a few milliseconds, for a thread that has other things to do in between; yields the share that is done. */
export function* detectionSteps(gray: GrayPicture, parameters: SiftParameters): Generator<number, Keypoints> {
  checkParameters(parameters);
  const { data, width, height } = gray;
  if (data.length !== width * height) {
    throw new RangeError(`a picture of ${width} x ${height} pixels has as many values, not ${data.length}`);
  }
  if (!hasRoom(2 * width, 2 * height)) return toKeypoints([]);
  const workspace = openWorkspace(width, height, parameters);
  const search = searchOctaves(workspace, gray);
  // Each picture of an octave and the search in it pass over its pixels once, and each octave has a quarter of those of the one before.
  const total = 4 * width * height * (parameters.nOctaveLayers + 4) * (4 / 3);
  let done = 0;
  for (;;) {
    const step = search.next();
    if (step.done === true) {
      closeWorkspace(workspace);
      const found = orderedOnce(step.value);
      return toKeypoints(parameters.nfeatures === 0 ? found : strongest(found, parameters.nfeatures));
    }
    done += step.value;
    yield Math.min(1, done / total);
  }
}

/** The keypoints of all octaves as they are found; yields the pixels worked on. */
function* searchOctaves(workspace: Workspace, gray: GrayPicture): Generator<number, Keypoint[]> {
  const found: Keypoint[] = [];
  let octave = yield* doubledOctave(workspace, gray);
  for (;;) {
    const here = octave;
    yield* visitCandidates(workspace, here, (layer, row, column) => {
      const extremum = refine(workspace, here, layer, row, column);
      if (extremum !== null) addKeypoints(found, workspace, here, extremum);
    });
    if (!hasRoom(here.width >> 1, here.height >> 1)) return found;
    octave = yield* halvedOctave(workspace, here);
  }
}

/** Whether a picture has pixels off its border. (OpenCV goes on for an octave or two, in which it can find nothing.) */
function hasRoom(width: number, height: number): boolean {
  return Math.min(width, height) > 2 * BORDER;
}

/** Adds the keypoints of an extremum, one for each of its orientations. */
function addKeypoints(found: Keypoint[], workspace: Workspace, octave: Octave, extremum: Extremum): void {
  const { sigma, nOctaveLayers } = workspace.parameters;
  const { column, row, layer, columnOffset, rowOffset, layerOffset, contrast } = extremum;
  // Pixels of the given picture to a pixel of the octave.
  const scale = 2 ** (octave.index - 1);
  const deviation = Math.fround(Math.fround(sigma) * 2 ** ((layer + layerOffset) / nOctaveLayers));
  const place = {
    x: Math.fround(column + columnOffset) * scale,
    y: Math.fround(row + rowOffset) * scale,
    size: 2 * deviation * scale,
    response: Math.abs(contrast),
    octave: ((octave.index - 1) & 255) | (layer << 8) | (roundHalfEven((layerOffset + 0.5) * 255) << 16),
  };
  for (const angle of orientationsAt(workspace, octave, layer, row, column, deviation)) found.push({ ...place, angle });
}
