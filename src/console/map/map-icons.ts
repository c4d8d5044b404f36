import type { Map as MapLibreMap } from 'maplibre-gl';
import { levelOf, severitiesWorstFirst } from '../logic/severity.ts';
import { severityShape } from '../logic/severity-shape.ts';
import { colour } from '../state/theme.ts';

/** Draws the marks of the four severities and hands them to the map: the same shapes and numerals as in lists. */
export function addSeverityIcons(map: MapLibreMap, pixels: number): void {
  const ratio = 2;
  const size = Math.round(pixels * ratio);
  for (const severity of severitiesWorstFirst) {
    const canvas = document.createElement('canvas');
    canvas.width = size;
    canvas.height = size;
    const draw = canvas.getContext('2d');
    if (!draw) return;
    const margin = size * 0.08;
    const inner = size - 2 * margin;
    const { path, textY } = severityShape(severity, inner);
    draw.translate(margin, margin);
    const shape = new Path2D(path);
    draw.lineJoin = 'round';
    // A rim in the colour of the ground keeps neighbouring marks apart.
    draw.strokeStyle = colour('map-ground');
    draw.lineWidth = size * 0.14;
    draw.stroke(shape);
    draw.fillStyle = colour(severity);
    draw.fill(shape);
    draw.fillStyle = colour(`${severity}-ink`);
    draw.font = `750 ${inner * 0.5}px system-ui, sans-serif`;
    draw.textAlign = 'center';
    draw.fillText(String(levelOf[severity]), inner / 2, textY);
    map.addImage(`severity-${severity}`, draw.getImageData(0, 0, size, size), { pixelRatio: ratio });
  }
}
