import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Only for what hangs: whole servers start in these tests, and a machine may be slow.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores, and some tests start whole servers: more at once only makes them wait for each other.
    maxWorkers: 2,
    // For the services and commands that tests start: a quarter of a start is compiling what was compiled before.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'tocsin-tests-compiled') },
  },
});
