import { variableOf } from './names.ts';
import type { Settings } from './schema.ts';

/** What each setting alone cannot say: which need each other, and whether the files they name are there. */
export function crossChecks(settings: Settings, isReadable: (file: string) => boolean): string[] {
  const problems: string[] = [];
  const { tls, wss } = settings.mqtt;
  const both = (path: string) => `${path} (${variableOf(path)})`;

  for (const [path, port] of [
    ['mqtt.tls.port', tls.port],
    ['mqtt.wss.port', wss.port],
  ] as const) {
    if (port === undefined) continue;
    if (tls.cert === undefined)
      problems.push(`${path} is set, so ${both('mqtt.tls.cert')} must name a certificate file (PEM).`);
    if (tls.key === undefined)
      problems.push(`${path} is set, so ${both('mqtt.tls.key')} must name the certificate's key file (PEM).`);
  }
  for (const [group, pair] of [
    ['http', settings.http],
    ['mqtt.tls', tls],
  ] as const) {
    if (pair.cert !== undefined && pair.key === undefined) {
      problems.push(`${group}.cert is set, so ${both(`${group}.key`)} must name the certificate's key file (PEM).`);
    }
    if (pair.key !== undefined && pair.cert === undefined) {
      problems.push(`${group}.key is set, so ${both(`${group}.cert`)} must name a certificate file (PEM).`);
    }
    for (const name of ['cert', 'key'] as const) {
      const file = pair[name];
      if (file !== undefined && !isReadable(file)) {
        problems.push(`${both(`${group}.${name}`)} is ${JSON.stringify(file)}, but must name a file that can be read.`);
      }
    }
  }
  problems.push(...sharedPorts(settings), ...timeZone(settings));
  const unique = new Set(problems);
  return [...unique];
}

/** Two listeners cannot have one port; 0 means any free one. */
function sharedPorts(settings: Settings): string[] {
  const ports: [string, number | undefined][] = [
    ['mqtt.port', settings.mqtt.port],
    ['mqtt.tls.port', settings.mqtt.tls.port],
    ['mqtt.ws.port', settings.mqtt.ws.port],
    ['mqtt.wss.port', settings.mqtt.wss.port],
    ['http.port', settings.http.port],
  ];
  const seen = new Map<number, string>();
  const problems: string[] = [];
  for (const [path, port] of ports) {
    if (port === undefined || port === 0) continue;
    const other = seen.get(port);
    if (other) problems.push(`${path} is ${port}, but ${other} has that port already: give each listener its own.`);
    else seen.set(port, path);
  }
  return problems;
}

function timeZone(settings: Settings): string[] {
  const zone = settings.response.timeZone;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return [];
  } catch {
    return [
      `response.timeZone (${variableOf('response.timeZone')}) is ${JSON.stringify(zone)}, but must be a time zone of the IANA list, such as Asia/Shanghai or UTC.`,
    ];
  }
}
