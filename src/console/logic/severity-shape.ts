import type { Severity } from '../../api/contract.ts';

/** Corners on a square of one by one, clockwise; the circle of blue has many. */
const corners: Readonly<Record<Severity, readonly (readonly [number, number])[]>> = {
  // An octagon, a triangle, a diamond, a circle: told apart without colour and from afar.
  red: polygon(8, Math.PI / 8, 0.47, 0.5),
  orange: [
    [0.5, 0.06],
    [0.96, 0.9],
    [0.04, 0.9],
  ],
  yellow: polygon(4, 0, 0.48, 0.5),
  blue: polygon(24, 0, 0.42, 0.5),
};

/** A severity's shape as an SVG path in a square of `size`, and the base line of the numeral in it. */
export function severityShape(severity: Severity, size: number): { path: string; textY: number } {
  const points = corners[severity].map(([x, y]) => `${round(x * size)} ${round(y * size)}`);
  return { path: `M${points.join('L')}Z`, textY: size * (severity === 'orange' ? 0.8 : 0.675) };
}

function polygon(sides: number, turn: number, radius: number, centre: number): [number, number][] {
  return Array.from({ length: sides }, (_, index) => {
    const angle = turn + (index * 2 * Math.PI) / sides - Math.PI / 2;
    return [centre + radius * Math.cos(angle), centre + radius * Math.sin(angle)];
  });
}

function round(n: number): number {
  return Math.round(n * 100) / 100;
}
