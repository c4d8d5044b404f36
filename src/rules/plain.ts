/** Whether two values say the same of which JSON would lose nothing. */
export function samePlain(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one === null || other === null || typeof one !== 'object' || typeof other !== 'object') return false;
  if (Array.isArray(one)) {
    if (!Array.isArray(other) || one.length !== other.length) return false;
    for (let i = 0; i < one.length; i++) if (!samePlain(one[i], other[i])) return false;
    return true;
  }
  const [a, b] = [one as Record<string, unknown>, other as Record<string, unknown>];
  let keys = 0;
  for (const key in a) {
    keys++;
    if (!samePlain(a[key], b[key])) return false;
  }
  for (const _ in b) keys--;
  return keys === 0;
}
