import { readSiteFile } from '../devices/site-file.ts';
import { Places } from '../rules/site/places.ts';
import type { Settings } from '../settings/schema.ts';

/**
 * The places of the site file, with no areas yet.
 * @throws TocsinError DEVICE_TYPE_INVALID when the site file is wrong.
 */
export function sitePlaces({ response, siteFile }: Pick<Settings, 'response' | 'siteFile'>): Places {
  return new Places(response.timeZone, siteFile ? readSiteFile(siteFile) : undefined);
}
