import { z } from 'zod';
import { Settings } from './schema.ts';

/** One setting: a leaf of the schema. */
export interface Setting {
  /** As in tocsin.yaml: `mqtt.tls.port`. */
  path: string;
  /** As in the environment: `TOCSIN_MQTT_TLS_PORT`. */
  variable: string;
  /** What it is for. */
  about: string;
  schema: z.core.$ZodType;
}

/** The schema itself, without what stands around it (default, optional, prefault, text read as a number). */
export function bare(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return bare(schema.def.innerType);
  }
  if (schema instanceof z.ZodPipe) return bare(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  return schema;
}

/** `http.publicUrl` → `TOCSIN_HTTP_PUBLIC_URL`. */
export function variableOf(path: string): string {
  const words = path.replaceAll('.', '_').replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2');
  return `TOCSIN_${words.toUpperCase()}`;
}

function leaves(schema: z.core.$ZodType, path: string): Setting[] {
  const inner = bare(schema);
  if (!(inner instanceof z.ZodObject)) {
    const about = z.globalRegistry.get(schema)?.description ?? '';
    return [{ path, variable: variableOf(path), about, schema }];
  }
  return Object.entries(inner.shape).flatMap(([key, child]) => leaves(child, path ? `${path}.${key}` : key));
}

/** Every setting there is, in the order of the schema. */
export const allSettings: readonly Setting[] = leaves(Settings, '');
