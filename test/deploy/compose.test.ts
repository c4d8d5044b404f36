import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadSettings } from '../../src/settings/load.ts';

interface Service {
  build?: string;
  environment: Record<string, string>;
  volumes: string[];
  healthcheck: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8')) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const dockerfile = readFileSync('Dockerfile', 'utf8');

test('Tocsin waits for a healthy InfluxDB 2, and both keep their data in volumes', () => {
  const { tocsin, influxdb } = compose.services as { tocsin: Service; influxdb: Service };
  expect(tocsin.depends_on).toEqual({ influxdb: { condition: 'service_healthy' } });
  for (const service of [tocsin, influxdb]) {
    expect(service.healthcheck.test[0]).toBe('CMD');
    expect(service.volumes).toHaveLength(1);
    expect(Object.keys(compose.volumes)).toContain(service.volumes[0]!.split(':')[0]);
  }
  expect(tocsin.volumes[0]).toBe('tocsin-data:/data');
  expect(dockerfile).toContain('TOCSIN_DATA_DIR=/data');
});

test('no secret is in the file: each comes from outside, and its absence stops the start', () => {
  const environments = Object.values(compose.services).flatMap((service) => Object.entries(service.environment));
  const secrets = environments.filter(([name]) => /TOKEN|PASSWORD|SECRET/.test(name));
  expect(secrets.length).toBeGreaterThan(3);
  for (const [, value] of secrets) expect(value).toMatch(/^\$\{[A-Z_]+:\?.+\}$/);
});

test('the settings it gives to Tocsin are settings of Tocsin', () => {
  const given = Object.entries(compose.services.tocsin!.environment).map(([name, value]) => [
    name,
    value.startsWith('${') ? 'a-long-secret-value' : value,
  ]);
  const settings = loadSettings({ file: '/dev/null', env: Object.fromEntries(given) });
  expect(settings.telemetry.engine).toBe('influxdb');
  expect(settings.telemetry.influxdb.url).toBe('http://influxdb:8086');
});

test('everything that the image copies is there', () => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) => match[1]!.split(' '));
  expect(copied.length).toBeGreaterThan(5);
  for (const path of copied) expect(existsSync(path), path).toBe(true);
});
