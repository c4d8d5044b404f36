/** Mean radius of the earth, metres (IUGG). */
const earthM = 6_371_008.8;
const radians = Math.PI / 180;

/** Distance between two places along the ground, metres: great circle, right to 0.6 %. */
export function distanceM(latitude: number, longitude: number, toLatitude: number, toLongitude: number): number {
  const north = Math.sin(((toLatitude - latitude) * radians) / 2);
  const east = Math.sin(((toLongitude - longitude) * radians) / 2);
  const across = Math.cos(latitude * radians) * Math.cos(toLatitude * radians);
  return 2 * earthM * Math.asin(Math.min(1, Math.sqrt(north * north + across * east * east)));
}
