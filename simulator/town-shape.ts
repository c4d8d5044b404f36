import type { Polygon } from '../src/model/area.ts';
import { Random } from './random.ts';

type Point = [longitude: number, latitude: number];

/** South-west corner of the town, WGS-84, and the size of a grid: about 480 m by 440 m. */
const corner = { longitude: 104.045, latitude: 30.655 };
const size = { longitude: 0.005, latitude: 0.004 };
/** Points along one side of a grid, so that borders are streets and a river bank, not a ruler's lines. */
const pointsPerSide = 4;

/**
 * A lattice of borders: neighbours share theirs, so the areas of a tier never overlap and leave no hole. The border
 * between the two rows is the river.
 */
export class TownShape {
  readonly columns: number;
  readonly rows: number;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  /** The outline of a block of grids, counter-clockwise and closed. */
  block(column: number, row: number, columns: number, rows: number): Polygon {
    const ring: Point[] = [];
    for (let i = 0; i < columns; i++) ring.push(...this.#along(column + i, row, true));
    for (let i = 0; i < rows; i++) ring.push(...this.#along(column + columns, row + i, false));
    for (let i = columns - 1; i >= 0; i--) ring.push(...this.#along(column + i, row + rows, true).reverse());
    for (let i = rows - 1; i >= 0; i--) ring.push(...this.#along(column, row + i, false).reverse());
    // Where two sides meet, both have the corner.
    const outline = ring.filter((point, i) => i === 0 || !same(point, ring[i - 1]!));
    if (!same(outline[0]!, outline.at(-1)!)) outline.push(outline[0]!);
    return { type: 'Polygon', coordinates: [outline] };
  }

  /** A place well inside a grid; `u` and `v` from 0 to 1 across and up. */
  inside(column: number, row: number, u: number, v: number): { longitude: number; latitude: number } {
    const [longitude, latitude] = this.#at(column + 0.15 + 0.7 * u, row + 0.15 + 0.7 * v);
    return { longitude: Number(longitude.toFixed(6)), latitude: Number(latitude.toFixed(6)) };
  }

  /** One side of a grid from its west or south end, both ends included. */
  #along(column: number, row: number, across: boolean): Point[] {
    return Array.from({ length: pointsPerSide + 1 }, (_, i): Point => {
      const share = i / pointsPerSide;
      const [longitude, latitude] = this.#at(across ? column + share : column, across ? row : row + share);
      // A little crooked, the same from both sides.
      const random = new Random('border', longitude.toFixed(9), latitude.toFixed(9));
      const bend = (length: number) => length * random.between(-0.03, 0.03);
      return [
        Number((longitude + bend(size.longitude)).toFixed(6)),
        Number((latitude + bend(size.latitude)).toFixed(6)),
      ];
    });
  }

  /** The lattice on the earth: it leans a little, and follows the river's bends. */
  #at(x: number, y: number): Point {
    const river = Math.sin((x / this.columns) * Math.PI * 1.6 - 0.4) * 0.45;
    return [corner.longitude + size.longitude * (x + 0.12 * y), corner.latitude + size.latitude * (y + river)];
  }
}

function same(a: Point, b: Point): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
