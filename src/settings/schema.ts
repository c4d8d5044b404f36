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

const certificate = z.string().optional().describe('Certificate file (PEM)');
const certificateKey = z.string().optional().describe("The certificate's key file (PEM)");

/**
 * Every setting of Tocsin, with its default and what it is for. From `tocsin.yaml` (or the file named by TOCSIN_FILE)
 * and from the environment, which wins: `mqtt.tls.port` is TOCSIN_MQTT_TLS_PORT.
 */
export const Settings = z.strictObject({
  dataDir: z
    .string()
    .default('data')
    .describe("Folder of everything that Tocsin keeps: journal, store, embedded telemetry, flows' working files"),
  devicesDir: z.string().default('devices').describe('Folder of device types'),
  siteFile: z
    .string()
    .optional()
    .describe(
      'File with the holidays, places, areas, opening hours, limits of devices and paths of drainage that rules refer to',
    ),
  log: group({
    level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
      .default('info')
      .describe('Log nothing below this'),
    format: z
      .enum(['auto', 'json', 'pretty'])
      .default('auto')
      .describe('json for programs, pretty for people; auto is pretty on a terminal and json elsewhere'),
  }),
  mqtt: group({
    host: z.string().default('0.0.0.0').describe('Address that the MQTT listeners are bound to'),
    port: port(1883).describe('MQTT'),
    tls: group({
      port: optionalPort.describe('MQTT over TLS; off when left out'),
      cert: certificate,
      key: certificateKey,
    }),
    ws: group({ port: optionalPort.describe('MQTT over WebSocket; off when left out') }),
    wss: group({
      port: optionalPort.describe('MQTT over WebSocket with TLS, with the certificate of mqtt.tls; off when left out'),
    }),
    maxConnections: whole(1).default(10_000).describe('Connections at once, of all devices'),
    processes: whole(0, 64)
      .default(0)
      .describe('Processes that devices come in at; 0 is as many as the limit of open files asks for'),
    maxConnectionsPerAddress: whole(1)
      .default(5000)
      .describe('Connections at once from one address, this machine apart; many devices may share one'),
    connectionRate: whole(1).default(1000).describe('New connections a second; what comes beyond waits for its turn'),
    connectionRatePerAddress: whole(1).default(500).describe('The same for one address, this machine apart'),
    commandsWait: duration('1 h').describe('For how long a command waits for a device that is away'),
  }),
  http: group({
    host: z.string().default('0.0.0.0').describe('Address that console and API are bound to'),
    port: port(8080).describe('Console and API'),
    cert: certificate,
    key: certificateKey,
    maxConnections: whole(1).default(2000).describe('Connections at once, live feeds of consoles among them'),
    publicUrl: z
      .url()
      .optional()
      .describe('The address that people use, for links in notifications; made of host and port when left out'),
  }),
  intake: group({
    maxPayload: whole(128, 16_777_216).default(65_536).describe('Largest payload of a frame, in bytes'),
    ratePerDevice: z
      .enum(['auto', 'off'])
      .or(whole(1, 1_000_000))
      .default('auto')
      .describe('Messages a second of one device in the long run; auto is 100, or 100 a period where that is more'),
    maxBehind: duration('2 s').describe(
      'How far the rules may be behind before acknowledgements wait for them, which slows the devices down',
    ),
    maxFuture: duration('5 min').describe("How far ahead of ours a device's clock may be"),
    maxAge: duration('30 d').describe('How old a measurement may be'),
  }),
  journal: group({
    segmentBytes: whole(65_536).default(67_108_864).describe('Size of one file of the journal, in bytes'),
    keep: duration('7 d').describe('How long entries are kept after every consumer has read them, while space allows'),
    maxBytes: whole(16_777_216)
      .or(z.enum(['auto']))
      .default('auto')
      .describe('Space that the journal may take, in bytes; auto is half of the file system'),
  }),
  telemetry: group({
    engine: z.enum(['embedded', 'influxdb']).default('embedded').describe('Where readings are kept'),
    retention: group({
      // Raw vital signs are personal data, to be kept no longer than needed: 30 to 90 days (PIPL, article 19). And it
      // must exceed intake.maxAge, or readings that come late are gone when they come.
      raw: duration('90 d').describe('How long every reading is kept; longer than intake.maxAge'),
      downsampled: duration('1830 d').describe(
        'How long mean, least, greatest and number of readings per 5 minutes are kept (1830 d are five years)',
      ),
    }),
    influxdb: group({
      url: z.url().default('http://127.0.0.1:8086').describe('Address of InfluxDB'),
      database: z.string().default('tocsin').describe('Database of InfluxDB 1.x, bucket of 2.x and 3'),
      organisation: z.string().default('').describe('Organisation; InfluxDB 2.x only'),
      token: z.string().optional().describe('Token of InfluxDB 2.x and 3; user:password for 1.x with authentication'),
      writeApi: z
        .enum(['auto', 'v1', 'v2'])
        .default('auto')
        .describe('v1 writes to /write (1.x), v2 to /api/v2/write (1.8, 2.x, 3); auto asks for the version'),
      timeout: duration('30 s').describe('How long a write may take before the connection is given up'),
      downsample: flag(true).describe('Whether 5-minute values are kept in the database named <database>_downsampled'),
      manageRetention: z
        .enum(['never', 'new', 'always'])
        .default('new')
        .describe(
          'Whose retention Tocsin sets (1.x, 2.x): no database, those that it makes, or all; always deletes what is older',
        ),
    }),
  }),
  rules: group({
    checkpointEvery: duration('10 s').describe(
      'How often the state of the rules is written to the store; more seldom where that takes long',
    ),
  }),
  alarms: group({
    callWithin: duration('15 min').describe(
      'People are called at once for an alarm whose newest evidence is no older; for an older one only if it lasts',
    ),
  }),
  response: group({
    accept: group({
      red: duration('2 min').describe('Time to accept a red case before the next tier is told'),
      orange: duration('5 min').describe('The same for an orange case'),
      yellow: duration('15 min').describe('The same for a yellow case'),
      blue: duration('60 min').describe('The same for a blue case'),
    }),
    timeZone: z.string().default('Asia/Shanghai').describe('Time zone of the hours of duty, and of times in rules'),
  }),
  notify: group({
    webhook: group({
      url: z.url().optional().describe('An endpoint that alarms and cases are posted to; more through the API'),
      secret: z.string().optional().describe('Signs what is posted there (HMAC-SHA256)'),
      minSeverity: z.enum(severities).default('blue').describe('Post nothing below this'),
      timeout: duration('5 s').describe('How long any endpoint may take to answer'),
    }),
  }),
  flows: group({
    enabled: flag(true).describe('Whether Node-RED runs'),
    editor: flag(false).describe('Whether its editor can be opened, at /red, by administrators and integrators'),
    dir: z.string().default('flows').describe('Folder of flows'),
    webhookUrl: z
      .url()
      .optional()
      .describe('Where flows post what they have done, as the one for a flooded underpass does'),
  }),
  watch: group({
    canaryEvery: duration('1 min').describe('How often a canary alarm goes the whole way, unseen; "0 s" sends none'),
    canaryWithin: duration('10 s').describe('When a canary that has not come through is a system alarm'),
    heartbeat: group({
      url: z
        .url()
        .optional()
        .describe('An outside monitor, told as long as all is well; it alarms when it hears nothing'),
      every: duration('1 min').describe('How often it is told'),
      secret: z.string().optional().describe('Signs what is posted there (HMAC-SHA256)'),
    }),
  }),
  access: group({
    adminPassword: z
      .string()
      .min(10)
      .optional()
      .describe('Password of the first administrator, for the first start only; made up and logged when left out'),
    sessionLasts: duration('12 h').describe('After this one signs in again'),
  }),
});

export type Settings = z.infer<typeof Settings>;
