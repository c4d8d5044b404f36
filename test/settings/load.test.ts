import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSettings } from '../../src/settings/load.ts';
import { allSettings } from '../../src/settings/names.ts';
import { TocsinError } from '../../src/shared/errors.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(text: string, name = 'tocsin.yaml'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The lines of the refusal. */
function problems(source: { file?: string; env?: NodeJS.ProcessEnv }): string[] {
  try {
    loadSettings({ env: {}, ...source });
  } catch (error) {
    expect(error).toBeInstanceOf(TocsinError);
    expect((error as TocsinError).code).toBe('SETTING_INVALID');
    return (error as TocsinError).message.split('\n');
  }
  return [];
}

test('nothing given: every setting has its default', () => {
  const settings = loadSettings({ file: file(''), env: {} });
  expect(settings.mqtt.port).toBe(1883);
  expect(settings.mqtt.tls.port).toBeUndefined();
  expect(settings.intake.maxFuture).toBe(5 * 60_000);
  expect(settings.flows).toEqual({ enabled: true, editor: false, dir: 'flows' });
  expect(settings.response.accept.red).toBe(120_000);
});

test('no settings file at all is fine, one that was named and is missing is not', () => {
  expect(problems({ file: join(folder, 'nowhere.yaml') })).toEqual([
    `The settings file ${join(folder, 'nowhere.yaml')} cannot be read: ENOENT.`,
  ]);
  expect(problems({ env: { TOCSIN_FILE: join(folder, 'nowhere.yaml') } })[0]).toContain('nowhere.yaml');
  expect(loadSettings({ env: {} }).http.port).toBe(8080);
});

test('the file counts, the environment wins over it', () => {
  const path = file('mqtt: { port: 2883, host: 127.0.0.1 }\nintake: { maxAge: 2 d }\nflows: { enabled: no }\n');
  const settings = loadSettings({
    file: path,
    env: { TOCSIN_MQTT_PORT: '3883', TOCSIN_HTTP_PUBLIC_URL: 'https://tocsin.example', TOCSIN_FLOWS_EDITOR: 'true' },
  });
  expect(settings.mqtt.port).toBe(3883);
  expect(settings.mqtt.host).toBe('127.0.0.1');
  expect(settings.intake.maxAge).toBe(2 * 86_400_000);
  expect(settings.flows).toEqual({ enabled: false, editor: true, dir: 'flows' });
  expect(settings.http.publicUrl).toBe('https://tocsin.example');
});

test('TOCSIN_FILE names the file, an argument goes before it', () => {
  const first = file('log: { level: warn }', 'first.yaml');
  const second = file('log: { level: debug }', 'second.yaml');
  expect(loadSettings({ env: { TOCSIN_FILE: first } }).log.level).toBe('warn');
  expect(loadSettings({ file: second, env: { TOCSIN_FILE: first } }).log.level).toBe('debug');
});

test('a variable set to nothing and a key without a value count as not given', () => {
  const settings = loadSettings({ file: file('mqtt:\n  port:\nhttp:\n'), env: { TOCSIN_HTTP_PORT: '' } });
  expect(settings.mqtt.port).toBe(1883);
  expect(settings.http.port).toBe(8080);
});

test('every setting has its own variable, made from its path', () => {
  const variables = allSettings.map((setting) => setting.variable);
  expect(variables).toContain('TOCSIN_MQTT_TLS_PORT');
  expect(variables).toContain('TOCSIN_NOTIFY_WEBHOOK_MIN_SEVERITY');
  expect(variables).toContain('TOCSIN_ACCESS_ADMIN_PASSWORD');
  expect(new Set(variables).size).toBe(variables.length);
  expect(variables.every((name) => /^TOCSIN_[A-Z0-9_]+$/.test(name))).toBe(true);
});

test('every setting says what it is for', () => {
  expect(allSettings.filter(({ about }) => about.length < 3).map(({ path }) => path)).toEqual([]);
});

test.each([
  ['mqtt: { port: abc }', 'mqtt.port is "abc" (FILE), but must be a whole number from 0 to 65535.'],
  ['mqtt: { port: 70000 }', 'mqtt.port is 70000 (FILE), but must be a whole number from 0 to 65535.'],
  ['mqtt: { port: 1.5 }', 'mqtt.port is 1.5 (FILE), but must be a whole number from 0 to 65535.'],
  ['mqtt: { port: true }', 'mqtt.port is true (FILE), but must be a whole number from 0 to 65535.'],
  ['mqtt: { port: "" }', 'mqtt.port is "" (FILE), but must be a whole number from 0 to 65535.'],
  ['mqtt: { port: [1] }', 'mqtt.port is [1] (FILE), but must be a whole number from 0 to 65535.'],
  ['mqtt: { maxConnections: 0 }', 'mqtt.maxConnections is 0 (FILE), but must be a whole number, at least 1.'],
  ['log: { level: loud }', 'log.level is "loud" (FILE), but must be one of trace, debug, info, warn, error, silent.'],
  [
    'journal: { keep: 10 bananas }',
    'journal.keep is "10 bananas" (FILE), but must be a duration such as "30 s", "10 min", "12 h" or "7 d".',
  ],
  [
    'journal: { keep: 10 }',
    'journal.keep is 10 (FILE), but must be a duration such as "30 s", "10 min", "12 h" or "7 d".',
  ],
  ['flows: { enabled: perhaps }', 'flows.enabled is "perhaps" (FILE), but must be true or false.'],
  [
    'http: { publicUrl: here }',
    'http.publicUrl is "here" (FILE), but must be an address such as https://tocsin.example.',
  ],
  ['dataDir: 5', 'dataDir is 5 (FILE), but must be text.'],
  ['mqtt: { prot: 5 }', 'mqtt.prot (FILE) is not a setting. Did you mean mqtt.port?'],
  ['mqtts: { port: 5 }', 'mqtts (FILE) is not a setting. Did you mean mqtt?'],
  ['colour: red', 'colour (FILE) is not a setting. Remove it; src/settings/schema.ts has every setting.'],
  ['mqtt: { tls: { prot: 5 } }', 'mqtt.tls.prot (FILE) is not a setting. Did you mean mqtt.tls.port?'],
  ['mqtt: { wss: 5 }', 'mqtt.wss (FILE) is 5, but must be a group of settings: mqtt.wss.port.'],
])('a bad line of the file is named with its value and what is allowed: %s', (text, expected) => {
  const path = file(text);
  expect(problems({ file: path })).toEqual([expected.replace('FILE', path)]);
});

test.each([
  [{ TOCSIN_MQTT_PORT: 'x' }, 'mqtt.port is "x" (TOCSIN_MQTT_PORT), but must be a whole number from 0 to 65535.'],
  [{ TOCSIN_MQTT_PROT: '1' }, 'TOCSIN_MQTT_PROT (environment) is not a setting. Did you mean TOCSIN_MQTT_PORT?'],
  [
    { TOCSIN_FOO: '1' },
    'TOCSIN_FOO (environment) is not a setting. Remove it; src/settings/schema.ts has every setting.',
  ],
  [{ TOCSIN_FIEL: 'a.yaml' }, 'TOCSIN_FIEL (environment) is not a setting. Did you mean TOCSIN_FILE?'],
  [{ TOCSIN_MQTT: '1' }, 'TOCSIN_MQTT (environment) is not a setting.'],
  [
    { TOCSIN_RESPONSE_TIME_ZONE: 'Asia/Shangai' },
    'response.timeZone (TOCSIN_RESPONSE_TIME_ZONE) is "Asia/Shangai", but must be a time zone of the IANA list',
  ],
])('a bad variable is named: %o', (env, expected) => {
  const lines = problems({ file: file(''), env });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(expected);
});

test('variables of others are none of our business', () => {
  expect(problems({ file: file(''), env: { PATH: '/bin', TOCSINX: '1', tocsin_foo: '1' } })).toEqual([]);
});

test('all problems at once, those of the file and those of the environment', () => {
  const lines = problems({
    file: file('mqtt: { port: x, prot: 1 }\nlog: { level: loud }\n'),
    env: { TOCSIN_HTTP_PORT: '-1', TOCSIN_BAR: '1' },
  });
  expect(lines).toHaveLength(5);
  for (const name of ['mqtt.port', 'mqtt.prot', 'log.level', 'http.port', 'TOCSIN_BAR']) {
    expect(lines.some((line) => line.startsWith(name))).toBe(true);
  }
});

test('secrets are never in the message', () => {
  const lines = problems({
    file: file(
      'notify: { webhook: { url: "ftp//user:hush@host" , secret: [hush] } }\ntelemetry: { influxdb: { token: [hush] } }',
    ),
    env: { TOCSIN_ACCESS_ADMIN_PASSWORD: 'hush', TOCSIN_TELEMETRY_INFLUXDB_URL: 'http://user:hush@:x' },
  });
  expect(lines).toHaveLength(5);
  expect(lines.join('\n')).not.toContain('hush');
  expect(lines.join('\n')).toContain(
    'access.adminPassword is *** (TOCSIN_ACCESS_ADMIN_PASSWORD), but must be text of at least 10 characters.',
  );
});

test('a file that is not YAML is refused with the place', () => {
  const [line] = problems({ file: file('mqtt: { port: 1\nhttp: [') });
  expect(line).toMatch(/tocsin\.yaml is not YAML: .*line \d+, column \d+\.$/);
  expect(problems({ file: file('- a\n- b') })[0]).toContain('must be a group of settings');
  expect(problems({ file: file('mqtt: {port: 1}\nmqtt: {port: 2}') })[0]).toContain('is not YAML');
});

test('a TLS port needs a certificate and its key', () => {
  const pem = file('pem', 'some.pem');
  expect(problems({ file: file('mqtt: { tls: { port: 8883 } }') })).toEqual([
    'mqtt.tls.port is set, so mqtt.tls.cert (TOCSIN_MQTT_TLS_CERT) must name a certificate file (PEM).',
    "mqtt.tls.port is set, so mqtt.tls.key (TOCSIN_MQTT_TLS_KEY) must name the certificate's key file (PEM).",
  ]);
  expect(problems({ file: file('mqtt: { wss: { port: 8884 } }') })).toHaveLength(2);
  expect(problems({ file: file(`http: { cert: ${pem} }`) })).toEqual([
    "http.cert is set, so http.key (TOCSIN_HTTP_KEY) must name the certificate's key file (PEM).",
  ]);
  expect(problems({ file: file(`http: { key: ${pem} }`) })).toEqual([
    'http.key is set, so http.cert (TOCSIN_HTTP_CERT) must name a certificate file (PEM).',
  ]);
  expect(problems({ file: file(`mqtt: { tls: { port: 8883, cert: ${pem}, key: /no/where.key } }`) })).toEqual([
    'mqtt.tls.key (TOCSIN_MQTT_TLS_KEY) is "/no/where.key", but must name a file that can be read.',
  ]);
  expect(problems({ file: file(`mqtt: { tls: { port: 8883, cert: ${pem}, key: ${pem} } }`) })).toEqual([]);
});

test('two listeners cannot have one port, except 0', () => {
  expect(problems({ file: file('mqtt: { port: 8080 }') })).toEqual([
    'http.port is 8080, but mqtt.port has that port already: give each listener its own.',
  ]);
  expect(problems({ file: file('mqtt: { port: 0 }\nhttp: { port: 0 }') })).toEqual([]);
});
