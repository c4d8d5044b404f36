import { type GeoJSONSource, Map as MapLibreMap, NavigationControl, setWorkerUrl } from 'maplibre-gl';
// One file of the own origin: the content security policy lets no worker come from anywhere else.
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { t } from '../messages/index.ts';
import { remPixels } from '../state/theme.ts';
import { addSeverityIcons } from './map-icons.ts';
import { mapStyle } from './map-style.ts';

setWorkerUrl(workerUrl);

export interface CityMapPicks {
  grid(id: string): void;
  device(id: string): void;
}

export type SourceName = 'grids' | 'communities' | 'labels' | 'devices';

/** What the map shows first, and what its button shows, as [west, south, east, north] in degrees. */
export interface CityMapBounds {
  own: [number, number, number, number];
  all: [number, number, number, number];
}

/**
 * The camera stays where the viewer put it when the map is made anew: another theme, another language. `of` is what it
 * was first turned to: another person's areas are another view.
 */
let camera: { of: string; center: [number, number]; zoom: number } | null = null;

/** Free edges around the town, for the buttons and the legend that lie on the map. */
function room(): { top: number; bottom: number; left: number; right: number } {
  const rem = remPixels();
  return { top: 3.25 * rem, bottom: 3.5 * rem, left: 1.5 * rem, right: 1.5 * rem };
}

/** A single grid does not fill the screen: its surroundings say where it is. */
function fitting() {
  return { padding: room(), maxZoom: 16 };
}

/** Makes the map in `container`, fitted to one's own areas; resolves when layers can be filled. */
export async function createCityMap(
  container: HTMLElement,
  bounds: CityMapBounds,
  picks: CityMapPicks,
): Promise<CityMap> {
  const of = bounds.own.join();
  const map = new MapLibreMap({
    container,
    style: mapStyle(remPixels()),
    ...(camera?.of === of ? { center: camera.center, zoom: camera.zoom } : { bounds: bounds.own }),
    fitBoundsOptions: fitting(),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    // As far out as it takes: areas can lie a country apart, and a higher limit would show the nothing between them.
    minZoom: 1,
    renderWorldCopies: false,
    maxZoom: 19,
    locale: {
      'NavigationControl.ZoomIn': t('overview.zoomIn'),
      'NavigationControl.ZoomOut': t('overview.zoomOut'),
      'Map.Title': t('overview.mapLabel'),
    },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
  await map.once('load');
  addSeverityIcons(map, 1.5 * remPixels());
  map.on('moveend', () => {
    const { lng, lat } = map.getCenter();
    camera = { of, center: [lng, lat], zoom: map.getZoom() };
  });
  return new CityMap(map, bounds.all, picks);
}

export class CityMap {
  readonly #map: MapLibreMap;
  readonly #bounds: [number, number, number, number];
  #picked: string | null = null;
  #hovered: string | null = null;

  constructor(map: MapLibreMap, bounds: [number, number, number, number], picks: CityMapPicks) {
    this.#map = map;
    this.#bounds = bounds;
    map.on('click', (event) => {
      const room = 6;
      const { x, y } = event.point;
      const near = map.queryRenderedFeatures(
        [
          [x - room, y - room],
          [x + room, y + room],
        ],
        { layers: ['device-alarm', 'device-normal'] },
      );
      const device = near.find((feature) => feature.layer.id === 'device-alarm') ?? near[0];
      if (device) return picks.device(String(device.properties.id));
      const grid = map.queryRenderedFeatures(event.point, { layers: ['grid-ground'] })[0];
      if (grid) picks.grid(String(grid.properties.id));
    });
    map.on('mousemove', 'grid-ground', (event) => this.#hover(String(event.features?.[0]?.properties.id ?? '')));
    map.on('mouseleave', 'grid-ground', () => this.#hover(null));
  }

  /** Replaces what a source shows; the layers follow without flicker. */
  fill(source: SourceName, data: GeoJSON.FeatureCollection): void {
    this.#map.getSource<GeoJSONSource>(source)?.setData(data);
  }

  pick(gridId: string | null): void {
    if (this.#picked) this.#map.setFeatureState({ source: 'grids', id: this.#picked }, { picked: false });
    if (gridId) this.#map.setFeatureState({ source: 'grids', id: gridId }, { picked: true });
    this.#picked = gridId;
  }

  /** Shows everything, also what is not one's own. */
  fit(): void {
    this.#map.fitBounds(this.#bounds, { ...fitting(), duration: 300 });
  }

  remove(): void {
    this.#map.remove();
  }

  #hover(gridId: string | null): void {
    if (gridId === this.#hovered) return;
    if (this.#hovered) this.#map.setFeatureState({ source: 'grids', id: this.#hovered }, { hover: false });
    if (gridId) this.#map.setFeatureState({ source: 'grids', id: gridId }, { hover: true });
    this.#map.getCanvas().style.cursor = gridId ? 'pointer' : '';
    this.#hovered = gridId || null;
  }
}
