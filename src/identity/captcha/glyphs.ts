export type Point = readonly [x: number, y: number];
export type Stroke = readonly Point[];

const STEPS = 16;

/** A part of an ellipse; degrees, clockwise from the right. */
function arc(center: Point, radius: Point, from: number, to: number): Stroke {
  return Array.from({ length: STEPS + 1 }, (_, step): Point => {
    const angle = ((from + ((to - from) * step) / STEPS) * Math.PI) / 180;
    return [center[0] + radius[0] * Math.cos(angle), center[1] + radius[1] * Math.sin(angle)];
  });
}

const line = (...points: Point[]): Stroke => points;

/** Strokes of each character in a box of one by one, y downwards. Drawn by hand: no font is needed, and none gives them away. */
export const GLYPHS: Readonly<Record<string, readonly Stroke[]>> = {
  '0': [arc([0.5, 0.5], [0.35, 0.5], 0, 360)],
  '1': [line([0.25, 0.22], [0.55, 0], [0.55, 1])],
  '2': [[...arc([0.5, 0.28], [0.35, 0.28], 180, 395), [0.12, 1], [0.9, 1]]],
  '3': [arc([0.48, 0.26], [0.33, 0.26], 200, 450), arc([0.48, 0.76], [0.37, 0.24], 270, 520)],
  '4': [line([0.7, 1], [0.7, 0], [0.1, 0.7], [0.95, 0.7])],
  '5': [[[0.85, 0], [0.22, 0], ...arc([0.47, 0.68], [0.37, 0.32], 215, 510)]],
  '6': [arc([0.5, 0.68], [0.35, 0.32], 0, 360), line([0.75, 0.02], [0.4, 0.2], [0.18, 0.5], [0.15, 0.68])],
  '7': [line([0.1, 0], [0.9, 0], [0.4, 1])],
  '8': [arc([0.5, 0.26], [0.3, 0.26], 0, 360), arc([0.5, 0.76], [0.36, 0.24], 0, 360)],
  '9': [arc([0.5, 0.32], [0.35, 0.32], 0, 360), line([0.85, 0.32], [0.83, 0.6], [0.6, 0.9], [0.3, 1])],
  '+': [line([0.5, 0.2], [0.5, 0.8]), line([0.2, 0.5], [0.8, 0.5])],
  '-': [line([0.15, 0.5], [0.85, 0.5])],
  '×': [line([0.2, 0.25], [0.8, 0.75]), line([0.8, 0.25], [0.2, 0.75])],
  '=': [line([0.15, 0.35], [0.85, 0.35]), line([0.15, 0.65], [0.85, 0.65])],
  '?': [[...arc([0.5, 0.25], [0.3, 0.25], 190, 430), [0.5, 0.7]], line([0.5, 0.92], [0.5, 0.97])],
};
