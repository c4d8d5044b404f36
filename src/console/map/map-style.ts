import type {
  ExpressionSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
  SymbolLayerSpecification,
  VariableAnchorOffsetCollectionSpecification,
} from 'maplibre-gl';
import { severitiesWorstFirst } from '../logic/severity.ts';
import { colour } from '../state/theme.ts';

/**
 * The whole style: no tiles, no glyphs, no sprite, nothing from elsewhere. Labels are drawn with local fonts since
 * the style names no glyphs.
 * @param rem pixels of one rem, so that lines and type grow with the wall.
 */
export function mapStyle(rem: number): StyleSpecification {
  const source = (): SourceSpecification => ({
    type: 'geojson',
    data: { type: 'FeatureCollection', features: [] },
    promoteId: 'id',
  });
  return {
    version: 8,
    sources: { grids: source(), communities: source(), labels: source(), devices: source() },
    layers: layers(rem / 16),
  };
}

function layers(scale: number): LayerSpecification[] {
  const fill = bySeverity((severity) => colour(severity), colour('map-grid'));
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': colour('map-ground') } },
    { id: 'grid-ground', type: 'fill', source: 'grids', paint: { 'fill-color': colour('map-grid') } },
    {
      id: 'grid-fill',
      type: 'fill',
      source: 'grids',
      paint: {
        'fill-color': fill,
        'fill-opacity': [
          'case',
          ['==', ['get', 'rank'], 0],
          0,
          ['boolean', ['feature-state', 'hover'], false],
          0.5,
          0.32,
        ],
      },
    },
    {
      id: 'grid-line',
      type: 'line',
      source: 'grids',
      paint: { 'line-color': colour('map-line'), 'line-width': scale },
    },
    {
      id: 'community-line',
      type: 'line',
      source: 'communities',
      paint: { 'line-color': colour('map-area'), 'line-width': 2 * scale },
    },
    {
      id: 'grid-alarm-line',
      type: 'line',
      source: 'grids',
      filter: ['>', ['get', 'rank'], 0],
      layout: { 'line-sort-key': ['get', 'rank'], 'line-join': 'round' },
      paint: { 'line-color': fill, 'line-width': 2 * scale },
    },
    {
      id: 'grid-picked-line',
      type: 'line',
      source: 'grids',
      paint: {
        'line-color': colour('text'),
        'line-width': ['case', ['boolean', ['feature-state', 'picked'], false], 3.5 * scale, 0],
      },
    },
    {
      id: 'device-normal',
      type: 'circle',
      source: 'devices',
      filter: ['==', ['get', 'rank'], 0],
      paint: {
        'circle-color': colour('map-device'),
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 11, 1.75 * scale, 14, 3 * scale, 17, 7 * scale],
        'circle-stroke-color': colour('map-ground'),
        'circle-stroke-width': scale,
      },
    },
    {
      id: 'device-waiting',
      type: 'circle',
      source: 'devices',
      filter: ['get', 'waiting'],
      paint: {
        'circle-color': 'transparent',
        'circle-radius': 15 * scale,
        'circle-stroke-color': fill,
        'circle-stroke-width': 2 * scale,
      },
    },
    // A grid without alarms gives up its name where there is no room; one with alarms never does.
    { ...labels('grid-label', scale), filter: ['==', ['get', 'rank'], 0] },
    { ...labels('grid-alarm-label', scale, true), filter: ['>', ['get', 'rank'], 0] },
    {
      id: 'device-alarm',
      type: 'symbol',
      source: 'devices',
      filter: ['>', ['get', 'rank'], 0],
      layout: {
        'icon-image': ['concat', 'severity-', ['get', 'severity']],
        'icon-allow-overlap': true,
        'symbol-sort-key': ['get', 'rank'],
      },
    },
  ];
}

function labels(id: string, scale: number, always = false): SymbolLayerSpecification {
  return {
    id,
    type: 'symbol',
    source: 'labels',
    layout: {
      'text-field': ['get', 'label'],
      'text-font': ['Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif'],
      'text-size': ['interpolate', ['linear'], ['zoom'], 11, 10 * scale, 14, 14 * scale],
      'text-line-height': 1.3,
      'text-max-width': 12,
      // Marks of devices, drawn above, are placed before: names look for room around them.
      'text-variable-anchor-offset': anchors,
      'text-allow-overlap': always,
      'symbol-sort-key': ['-', ['get', 'rank']],
      'text-padding': 1,
    },
    paint: {
      'text-color': always ? colour('text') : colour('muted'),
      'text-halo-color': colour('map-halo'),
      // Wide and opaque: the dots of devices lie under the names.
      'text-halo-width': 3 * scale,
    },
  };
}

/** Where a label may stand, best first; offsets in ems. */
const anchors: VariableAnchorOffsetCollectionSpecification = [
  ...['center', [0, 0], 'top', [0, 1.2], 'bottom', [0, -1.2]],
  ...['top', [0, 2.6], 'bottom', [0, -2.6]],
] as VariableAnchorOffsetCollectionSpecification;

/** A match over `severity`; `otherwise` where there is no alarm. */
function bySeverity(pick: (severity: string) => string, otherwise: string): ExpressionSpecification {
  const cases = severitiesWorstFirst.flatMap((severity) => [severity, pick(severity)]);
  return ['match', ['get', 'severity'], ...cases, otherwise] as unknown as ExpressionSpecification;
}
