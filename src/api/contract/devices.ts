import { z } from 'zod';
import { deviceIdPattern } from '../../model/device.ts';
import { Count, Severity } from './basics.ts';

const Latitude = z.number().min(-90).max(90);

const Longitude = z.number().min(-180).max(180);

export const Device = z.object({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  latitude: Latitude,
  longitude: Longitude,
  gridId: z.string(),
  state: z.enum(['active', 'disabled']),
  /** Highest severity of its active alarms. */
  worst: Severity.nullable(),
});
export type Device = z.infer<typeof Device>;

export const NewDevice = z.object({
  id: z.string().regex(deviceIdPattern),
  type: z.string(),
  name: z.string().min(1).max(120),
  latitude: Latitude,
  longitude: Longitude,
  /** Left out: the grid whose polygon the place lies in. */
  gridId: z.string().optional(),
});

/** The secret is shown once, here. */
export const DeviceCredential = z.object({ deviceId: z.string(), secret: z.string() });

export const DevicePatch = z
  .object({
    name: z.string().min(1).max(120),
    latitude: Latitude,
    longitude: Longitude,
    gridId: z.string(),
    state: z.enum(['active', 'disabled']),
  })
  .partial();

/** One of the commands of the device's type, with its arguments. Published as JSON on its command topic, QoS 1. */
export const DeviceCommand = z.object({
  command: z.string().min(1).max(64),
  arguments: z.record(z.string(), z.unknown()).default({}),
});

/** The command is on its way; a device that is not connected gets it when it comes back with its session. */
export const CommandSent = z.object({ connected: z.boolean() });

/** The frame is durable. Samples that were wrong are in quarantine; the others were taken. */
export const FrameAccepted = z.object({
  samples: Count,
  problems: z.array(z.object({ code: z.string(), reason: z.string() })),
});
