import { z } from 'zod';
import { severities } from '../model/severity.ts';
import { parseDuration } from '../shared/duration.ts';

/** A duration as people write it, `10 min`; milliseconds inside. */
const duration = (otherwise: string) =>
  z
    .string()
    .default(otherwise)
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== null) return ms;
      context.addIssue({ code: 'custom', message: 'a duration such as "30 s", "10 min", "12 h" or "7 d"' });
      return z.NEVER;
    });
/** A whole number; the environment has only text, so text is read as a number, but nothing else is (no true, no ""). */
const whole = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(
    (value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
    z.number().int().min(min).max(max),
  );
const port = (otherwise: number) => whole(0, 65_535).default(otherwise);
/** Port of a listener that is off unless it is given one. */
const optionalPort = whole(0, 65_535).optional();
const flag = (otherwise: boolean) => z.stringbool().or(z.boolean()).default(otherwise);
const group = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).prefault({} as never);

/**
 * Every setting of Tocsin, with its default. From `tocsin.yaml` (or the file named by TOCSIN_FILE) and from the
 * environment, which wins: `mqtt.tls.port` is TOCSIN_MQTT_TLS_PORT.
 */
export const Settings = z.strictObject({
  /** Everything that Tocsin keeps: journal, store, embedded telemetry, flows' working files. */
  dataDir: z.string().default('data'),
  /** Folder of device types. */
  devicesDir: z.string().default('devices'),
  log: group({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info') }),
  mqtt: group({
    host: z.string().default('0.0.0.0'),
    port: port(1883),
    tls: group({ port: optionalPort, cert: z.string().optional(), key: z.string().optional() }),
    ws: group({ port: optionalPort }),
    /** WebSocket over TLS, with the certificate of `mqtt.tls`. */
    wss: group({ port: optionalPort }),
    /** Connections at once, from all devices. */
    maxConnections: whole(1).default(20_000),
  }),
  http: group({
    host: z.string().default('0.0.0.0'),
    port: port(8080),
    cert: z.string().optional(),
    key: z.string().optional(),
    /** The address people use, for links in notifications; worked out from host and port when left out. */
    publicUrl: z.url().optional(),
  }),
  intake: group({
    /** Largest payload of a frame in bytes. */
    maxPayload: whole(128, 16_777_216).default(65_536),
    /** How far ahead of us a device's clock may be. */
    maxFuture: duration('5 min'),
    /** How old a measurement may be. */
    maxAge: duration('30 d'),
  }),
  journal: group({
    segmentBytes: whole(65_536).default(67_108_864),
    /** How long entries are kept after every consumer has read them. */
    keep: duration('7 d'),
  }),
  telemetry: group({
    engine: z.enum(['embedded', 'influxdb']).default('embedded'),
    influxdb: group({
      url: z.url().default('http://127.0.0.1:8086'),
      /** Database of InfluxDB 1.x, bucket of 2.x and 3. */
      database: z.string().default('tocsin'),
      /** Only 2.x: the organisation. */
      organisation: z.string().default(''),
      /** Token of 2.x and 3; `user:password` for 1.8 with authentication. */
      token: z.string().optional(),
      /** `v1` writes to /write (any 1.x), `v2` to /api/v2/write (1.8, 2.x, 3); `auto` asks the server for its version. */
      writeApi: z.enum(['auto', 'v1', 'v2']).default('auto'),
    }),
  }),
  rules: group({ checkpointEvery: duration('10 s') }),
  response: group({
    /** Limit for accepting a case before the next tier is told. */
    accept: group({
      red: duration('2 min'),
      orange: duration('5 min'),
      yellow: duration('15 min'),
      blue: duration('60 min'),
    }),
    /** Hours of duty are in this time zone. */
    timeZone: z.string().default('Asia/Shanghai'),
  }),
  notify: group({
    webhook: group({
      /** One endpoint from the settings; more through the API. */
      url: z.url().optional(),
      secret: z.string().optional(),
      minSeverity: z.enum(severities).default('blue'),
      timeout: duration('5 s'),
    }),
  }),
  flows: group({
    /** Whether Node-RED runs. */
    enabled: flag(true),
    /** Whether its editor can be reached, at /red, by administrators and integrators. */
    editor: flag(false),
    dir: z.string().default('flows'),
    /** Where flows post what they have done; the flow for a flooded underpass does. */
    webhookUrl: z.url().optional(),
  }),
  access: group({
    /** Password of the first administrator, used when there is nobody yet; made up and logged when left out. */
    adminPassword: z.string().min(10).optional(),
    sessionLasts: duration('12 h'),
  }),
});

export type Settings = z.infer<typeof Settings>;
